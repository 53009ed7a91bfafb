import { once } from 'node:events'
import test from 'ava'
import { WebSocket } from 'ws'
import { type Ask, api, ask, open, player, start } from '../support/stand-in.ts'

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
  t.deepEqual(await post(command('auth/users'), token), [403, 'The users.manage scope is required.'])
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
  const post = (size: number) => ask(music, '/api', { method: 'POST', body: '{"command":"time"}'.padEnd(size) })
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

test('every request is recorded as it arrived', async (t) => {
  const music = await start(t)
  const token = music.createToken('anna')
  const body = '{"command":"players/all"}'
  await ask(music, '/api?x=%2e%2E', { method: 'POST', token, body, headers: { 'X-ODD-case': '1' } })
  t.like(music.lastRequest, { method: 'POST', url: '/api?x=%2e%2E', body, user: 'anna', upgrade: false })
  t.true(music.lastRequest?.rawHeaders.includes('X-ODD-case'))
  t.deepEqual(music.lastRequest?.header('x-odd-CASE'), ['1'])
  const { say, next } = await open(t, music)
  say({ message_id: '1', command: 'time' })
  await next()
  t.like(music.lastRequest, { method: 'GET', url: '/ws', upgrade: true, user: undefined })
  t.deepEqual(music.lastRequest?.messages, ['{"message_id":"1","command":"time"}'])
  t.is(music.requests.length, 2)
  music.clearRequests()
  t.deepEqual(music.requests, [])
  t.is(music.requestCount, 2)
})
