import { on, once } from 'node:events'
import { connect } from 'node:net'
import test, { type ExecutionContext } from 'ava'
import { Agent, request } from 'undici'
import { WebSocket } from 'ws'
import {
  type MusicAssistant,
  type MusicAssistantOptions,
  startMusicAssistant,
} from '../../demo/stand-in-music-assistant.ts'

async function start(t: ExecutionContext, options?: MusicAssistantOptions): Promise<MusicAssistant> {
  const music = await startMusicAssistant(options)
  t.teardown(() => music.close())
  return music
}

interface Ask {
  method?: string
  token?: string
  body?: string
  headers?: Record<string, string>
}

async function ask(music: MusicAssistant, path: string, { method = 'GET', token, body, headers = {} }: Ask = {}) {
  const authorization = token ? { authorization: `Bearer ${token}` } : undefined
  const answer = await request(music.url + path, { method, body, headers: { ...authorization, ...headers } })
  const { statusCode: status, headers: answerHeaders } = answer
  return { status, headers: answerHeaders, text: await answer.body.text() }
}

function api(music: MusicAssistant, token: string | undefined, command: string, args?: object) {
  return ask(music, '/api', { method: 'POST', token, body: JSON.stringify({ command, args }) })
}

// biome-ignore lint/suspicious/noExplicitAny: messages are whatever the server says
type Message = any

async function open(t: ExecutionContext, music: MusicAssistant, token?: string) {
  const socket = new WebSocket(`${music.url.replace('http', 'ws')}/ws`)
  t.teardown(() => socket.terminate())
  const messages = on(socket, 'message', { close: ['close'] })
  socket.on('error', () => {})
  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  const next = async (): Promise<Message> => {
    const { value } = await messages.next()
    return value && JSON.parse(value[0].toString())
  }
  const say = (message: object) => socket.send(JSON.stringify(message))
  const info = await next()
  if (token) {
    say({ message_id: 'auth', command: 'auth', args: { token } })
    await next()
  }
  return { socket, next, say, info, closed }
}

const player = 'echo-kitchen'

test('a command answers with the raw JSON result, a listing as a list and a void one as null', async (t) => {
  const music = await start(t)
  const token = music.createToken('anna')
  const me = await api(music, token, 'auth/me')
  t.is(me.status, 200)
  t.is(me.headers['content-type'], 'application/json; charset=utf-8')
  t.is(JSON.parse(me.text).username, 'anna')
  const tracks = await api(music, token, 'music/tracks/library_items', { limit: 501 })
  t.is(JSON.parse(tracks.text).length, 501)
  t.is(JSON.parse((await api(music, token, 'music/tracks/library_items')).text).length, 500)
  for (const type of ['playlists', 'albums', 'artists']) {
    t.is(JSON.parse((await api(music, token, `music/${type}/library_items`, { limit: 3 })).text).length, 3)
  }
  t.is((await api(music, token, 'players/cmd/play', { player_id: player })).text, 'null')
})

test('commands change the players and their queues', async (t) => {
  const music = await start(t)
  const token = music.createToken('anna')
  const state = async () => {
    const { playback_state, volume_level } = JSON.parse((await api(music, token, 'players/all')).text)[0]
    return { playback_state, volume_level }
  }
  await api(music, token, 'players/cmd/play', { player_id: player })
  await api(music, token, 'players/cmd/volume_set', { player_id: player, volume_level: 7 })
  await api(music, token, 'players/cmd/next', { player_id: player })
  t.deepEqual(await state(), { playback_state: 'playing', volume_level: 7 })
  t.like(JSON.parse((await api(music, token, 'player_queues/all')).text)[0], { state: 'playing', current_index: 1 })
  await api(music, token, 'players/cmd/pause', { player_id: player })
  t.deepEqual(await state(), { playback_state: 'paused', volume_level: 7 })
})

test('errors of /api are plain text, and an unknown command comes before authentication', async (t) => {
  const music = await start(t)
  const token = music.createToken('anna')
  const post = async (body?: string, bearer?: string) => {
    const { status, text, headers } = await ask(music, '/api', { method: 'POST', body, token: bearer })
    t.is(headers['content-type'], 'text/plain; charset=utf-8')
    return [status, text]
  }
  const command = (name: string, args?: object) => JSON.stringify({ command: name, args })
  t.deepEqual(await post(), [400, 'Body required'])
  t.deepEqual(await post('{"command'), [400, 'Invalid JSON: {"command'])
  t.deepEqual(await post('{"args":{}}'), [400, 'Invalid JSON: missing required field'])
  t.deepEqual(await post(command('constructor')), [400, 'Invalid Command: constructor'])
  t.deepEqual(await post(command('auth/users'), token), [403, 'Admin access required'])
  const loud = command('players/cmd/volume_set', { player_id: player, volume_level: 'loud' })
  t.deepEqual(await post(loud, token), [400, 'Invalid value for argument volume_level: expected integer'])
  t.deepEqual(await post(command('players/cmd/play'), token), [400, 'Missing required argument: player_id'])
  const nobody = command('players/cmd/play', { player_id: 'nobody' })
  t.deepEqual(await post(nobody, token), [500, 'Internal server error'])
  music.misbehave('setup-required', { times: 1 })
  t.deepEqual(await post(), [503, 'Setup required'])
  t.deepEqual(await post(), [400, 'Body required'])
})

test('a volume is accepted from 0 to 100', async (t) => {
  const music = await start(t)
  const token = music.createToken('anna')
  const status = async (volume_level: number) =>
    (await api(music, token, 'players/cmd/volume_set', { player_id: player, volume_level })).status
  t.deepEqual([await status(-1), await status(0), await status(100), await status(101)], [400, 200, 200, 400])
})

test('both 401s of /api carry the challenge, and identity headers authenticate nobody', async (t) => {
  const music = await start(t)
  const headers = { 'X-Remote-User-Id': music.users[0]!.userId, 'X-Remote-User-Name': 'admin' }
  const body = '{"command":"players/all"}'
  const challenged = async (options: Ask, text: string) => {
    const answer = await ask(music, '/api', { method: 'POST', body, ...options })
    t.like(answer, { status: 401, text })
    t.is(answer.headers['www-authenticate'], 'Bearer realm="Music Assistant"')
  }
  await challenged({ headers }, 'Authentication required')
  t.is(music.lastRequest?.user, undefined)
  t.deepEqual(music.lastRequest?.header('x-remote-user-name'), ['admin'])
  await challenged({ token: 'unknown' }, 'Authentication required')
  music.misbehave('authentication-failed', { times: 1 })
  await challenged({ token: music.createToken('anna') }, 'Authentication failed')
})

test('a body of 16 MiB is read and a longer one is answered 413', async (t) => {
  const music = await start(t)
  const post = (size: number) => ask(music, '/api', { method: 'POST', body: '{"command":"info"}'.padEnd(size) })
  t.is((await post(16 * 1024 * 1024)).status, 200)
  t.is((await post(16 * 1024 * 1024 + 1)).status, 413)
})

test('what needs no authentication is served to anybody', async (t) => {
  const music = await start(t)
  const info = await ask(music, '/info')
  t.is(info.headers['access-control-allow-origin'], '*')
  t.like(JSON.parse(info.text), { schema_version: 77, base_url: music.url, onboard_done: true, status: 'running' })
  t.regex((await ask(music, '/')).text, /<title>Music Assistant/)
  t.is((await ask(music, '/imageproxy/a%2Fb?size=80')).headers['content-type'], 'image/png')
  t.is((await ask(music, '/preview?item_id=1&provider=library')).status, 200)
})

test('anything unknown is an empty 404, and GET /ws without an upgrade is a 400', async (t) => {
  const music = await start(t)
  for (const [method, path] of [
    ['HEAD', '/info'],
    ['GET', '/api'],
    ['PUT', '/api'],
    ['POST', '/info'],
    ['POST', '/ws'],
    ['GET', '/nowhere'],
    ['GET', '/imageproxyish'],
  ] as const) {
    t.like(await ask(music, path, { method }), { status: 404, text: '' }, `${method} ${path}`)
  }
  t.is((await ask(music, '/ws')).status, 400)
  const lost = new WebSocket(`${music.url.replace('http', 'ws')}/elsewhere`)
  const [error] = await once(lost, 'error').catch((thrown) => [thrown])
  t.is(error.message, 'Unexpected server response: 404')
})

test('a password gives a short-lived token, a wrong one a 401', async (t) => {
  let now = new Date('2026-01-01T00:00:00Z')
  const music = await start(t, { now: () => now })
  const logIn = (password: string, more: object = {}) => {
    const body = JSON.stringify({ credentials: { username: 'anna', password }, device_name: 'Skillgate', ...more })
    return ask(music, '/auth/login', { method: 'POST', body })
  }
  const anna = music.users.find(({ username }) => username === 'anna')!
  const good = await logIn(anna.password)
  const { success, token, user } = JSON.parse(good.text)
  t.is(good.status, 200)
  t.true(success)
  t.like(user, { username: 'anna', role: 'user', enabled: true, player_filter: [] })
  t.deepEqual(JSON.parse((await ask(music, '/auth/me', { token })).text), user)
  const wrong = await logIn('wrong')
  t.is(wrong.status, 401)
  t.deepEqual(JSON.parse(wrong.text), { success: false, error: 'Invalid username or password' })
  t.is((await logIn(anna.password, { provider_id: 'elsewhere' })).status, 401)
  t.like(await ask(music, '/auth/me'), { status: 401, text: 'Not authenticated' })

  for (const date of ['2026-01-30', '2026-02-28', '2026-03-29', '2026-03-31T23:59:59Z']) {
    now = new Date(date)
    t.is((await ask(music, '/auth/me', { token })).status, 200, `used on ${date}`)
  }
  now = new Date('2026-04-01T00:00:00Z')
  t.is((await ask(music, '/auth/me', { token })).status, 401, '90 days are the most')
})

test('a long-lived token is a bare JSON string, listed for its user and good until it is revoked', async (t) => {
  const music = await start(t)
  const admin = music.createToken('admin')
  const anna = music.users.find(({ username }) => username === 'anna')!
  const created = await api(music, admin, 'auth/token/create', { name: 'Skillgate', user_id: anna.userId })
  const token = JSON.parse(created.text)
  t.is(typeof token, 'string')
  const [listed, ...others] = JSON.parse((await api(music, token, 'auth/tokens')).text)
  t.like(listed, { name: 'Skillgate', user_id: anna.userId, is_long_lived: true })
  t.is(Date.parse(listed.expires_at) - Date.parse(listed.created_at), 365 * 86_400_000)
  t.is(others.length, 0)
  t.is((await api(music, token, 'auth/token/create', { name: 'x', user_id: music.users[0]!.userId })).status, 403)
  t.is((await api(music, music.createToken('visitor'), 'auth/token/create', { name: 'x' })).status, 403)
  t.is((await api(music, token, 'auth/token/revoke', { token_id: listed.token_id })).text, 'null')
  t.is((await api(music, token, 'auth/me')).status, 401)
  t.is((await api(music, admin, 'auth/token/revoke', { token_id: listed.token_id })).status, 400)
})

test('the WebSocket speaks first, and tells events only after auth', async (t) => {
  const music = await start(t)
  const token = music.createToken('anna')
  const { info, next, say } = await open(t, music)
  t.is(info.schema_version, 77)
  t.false('message_id' in info)
  await api(music, token, 'players/cmd/play', { player_id: player })
  say({ message_id: '1', command: 'auth', args: { token } })
  t.like(await next(), { message_id: '1', result: { authenticated: true, user: { username: 'anna' } }, partial: false })
  t.is(music.requests.find(({ upgrade }) => upgrade)?.user, 'anna')
  await api(music, token, 'players/cmd/volume_set', { player_id: player, volume_level: 9 })
  const event = await next()
  t.like(event, { event: 'player_updated', object_id: player, data: { volume_level: 9 } })
  t.false('message_id' in event)
})

test('a listing of 501 items comes as a partial frame of 500 and a last one', async (t) => {
  const music = await start(t)
  const { next, say } = await open(t, music, music.createToken('anna'))
  const frames = async (limit: number) => {
    say({ message_id: '2', command: 'music/tracks/library_items', args: { limit } })
    const received: unknown[] = []
    for (;;) {
      const { message_id, result, partial } = await next()
      received.push([message_id, result.length, partial])
      if (!partial) return received
    }
  }
  t.deepEqual(await frames(499), [['2', 499, false]])
  t.deepEqual(await frames(501), [
    ['2', 500, true],
    ['2', 1, false],
  ])
})

test('errors on the WebSocket have a code', async (t) => {
  const music = await start(t)
  const { next, say } = await open(t, music)
  const code = async (command: string, args?: object) => {
    say({ message_id: 'e', command, args })
    const { message_id, error_code, details } = await next()
    t.is(message_id, 'e')
    t.is(typeof details, 'string')
    return error_code
  }
  t.is(await code('nonsense'), 12)
  t.is(await code('players/all'), 20)
  t.is(await code('auth'), 20)
  t.is(await code('auth', { token: 'unknown' }), 23)
  say({ message_id: 'e', command: 'auth', args: { token: music.createToken('anna') } })
  await next()
  t.is(await code('auth/users'), 22)
  t.is(await code('players/cmd/play'), 3)
  t.is(await code('players/cmd/play', { player_id: 'nobody' }), 999)
})

test('malformed JSON closes the WebSocket', async (t) => {
  const music = await start(t)
  const { socket, closed } = await open(t, music)
  socket.send('{"message_id":')
  t.is(await closed, 1000)
})

test('the WebSocket is pinged, and a client that does not answer is dropped', async (t) => {
  const music = await start(t, { pingInterval: 250 })
  const lively = await open(t, music)
  await once(lively.socket, 'ping')
  await once(lively.socket, 'ping')
  const silent = new WebSocket(`${music.url.replace('http', 'ws')}/ws`, { autoPong: false })
  t.is((await once(silent, 'close'))[0], 1006)
  await music.until(() => music.openWebSockets === 1)
})

test('revoking a token drops the live WebSockets of that token alone', async (t) => {
  const music = await start(t)
  const [kept, first, second] = [music.createToken('anna'), music.createToken('anna'), music.createToken('anna')]
  const staying = await open(t, music, kept)
  const [byHandle, byCommand] = [await open(t, music, first), await open(t, music, second)]
  music.revokeToken(first)
  t.is(await byHandle.closed, 1006)
  const tokens = JSON.parse((await api(music, second, 'auth/tokens')).text)
  t.is(tokens.length, 2)
  await api(music, second, 'auth/token/revoke', { token_id: tokens[1].token_id })
  await byCommand.closed
  await music.until(() => music.openWebSockets === 1)
  staying.say({ message_id: '3', command: 'players/all' })
  t.is((await staying.next()).message_id, '3')
})

test('every request is recorded as it arrived', async (t) => {
  const music = await start(t)
  const token = music.createToken('anna')
  const body = '{"command":"players/all"}'
  await ask(music, '/api?x=%2e%2E', { method: 'POST', token, body, headers: { 'X-ODD-case': '1' } })
  t.like(music.lastRequest, { method: 'POST', url: '/api?x=%2e%2E', body, user: 'anna', upgrade: false })
  t.true(music.lastRequest?.rawHeaders.includes('X-ODD-case'))
  t.deepEqual(music.lastRequest?.header('x-odd-CASE'), ['1'])
  const { say, next } = await open(t, music)
  say({ message_id: '1', command: 'info' })
  await next()
  t.like(music.lastRequest, { method: 'GET', url: '/ws', upgrade: true, user: undefined })
  t.deepEqual(music.lastRequest?.messages, ['{"message_id":"1","command":"info"}'])
  t.is(music.requests.length, 2)
  music.clearRequests()
  t.deepEqual(music.requests, [])
  t.is(music.requestCount, 2)
})

test('a client that leaves a hanging or trickling response is counted', async (t) => {
  const music = await start(t)
  const leave = async (path: string, headers: string) => {
    const [asked, left] = [music.requestCount, music.abortedClients]
    const socket = connect(music.port, '127.0.0.1')
    t.teardown(() => socket.destroy())
    socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n${headers}\r\n`)
    await music.until(() => music.requestCount > asked)
    t.is(music.abortedClients, left)
    socket.destroy()
    await music.until(() => music.abortedClients > left)
  }
  const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n'
  music.misbehave('hang')
  await leave('/info', '')
  await leave('/ws', upgrade)
  music.misbehave('trickle')
  await leave('/info', '')
  await leave('/api', 'Content-Length: 10\r\n')
  t.is(music.abortedClients, 4)
  await music.until(() => music.openSockets === 0)
  music.misbehave(undefined)
  t.is((await ask(music, '/info')).status, 200)
  t.is(music.abortedClients, 4)
})

test('a trickle goes on and on', async (t) => {
  const music = await start(t, { trickleInterval: 1 })
  music.misbehave('trickle', { times: 1 })
  const { body } = await request(`${music.url}/info`)
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes >= 10) break
  }
  await music.until(() => music.abortedClients === 1)
  t.true(bytes >= 10)
})

test('it can die at each point of a response, and behave again at the next', async (t) => {
  const music = await start(t)
  const dispatcher = new Agent()
  t.teardown(() => dispatcher.destroy())
  const get = () => request(`${music.url}/info`, { dispatcher })
  for (const kind of ['reset', 'die-mid-headers', 'die-mid-body', 'die-mid-chunk'] as const) {
    music.misbehave(kind, { times: 1 })
    const beforeBody = kind === 'reset' || kind === 'die-mid-headers'
    if (beforeBody) await t.throwsAsync(get, undefined, kind)
    else await t.throwsAsync((await get()).body.text(), undefined, kind)
    const { statusCode, body } = await get()
    await body.dump()
    t.is(statusCode, 200)
  }
  t.is(music.abortedClients, 0, 'the server left, not the client')
})

test('it can die at each point of an upgrade', async (t) => {
  const music = await start(t)
  for (const kind of ['reset', 'die-mid-headers', 'die-mid-body', 'die-mid-chunk'] as const) {
    music.misbehave(kind, { times: 1 })
    const socket = new WebSocket(`${music.url.replace('http', 'ws')}/ws`)
    let opened = false
    socket.on('open', () => {
      opened = true
    })
    socket.on('error', () => {})
    const code = await new Promise((resolve) => socket.on('close', resolve))
    t.is(code, 1006)
    t.is(opened, kind === 'die-mid-body' || kind === 'die-mid-chunk', kind)
  }
  const { closed } = await open(t, music)
  music.dropConnections()
  t.is(await closed, 1006)
})

test('closing ends idle, hanging and upgraded connections', async (t) => {
  const music = await start(t)
  const { closed } = await open(t, music)
  await ask(music, '/info')
  music.misbehave('hang')
  const hanging = t.throwsAsync(ask(music, '/info'))
  await music.until(() => music.requestCount === 3)
  await music.close()
  await Promise.all([closed, hanging, music.close()])
  t.is(music.openSockets, 0)
  t.is(music.abortedClients, 0)
})
