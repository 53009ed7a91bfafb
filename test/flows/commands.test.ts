import test from 'ava'
import { callsAs, passedOn, startCommandHouse } from '../support/command-house.ts'
import { exchangeRaw, rawRequest } from '../support/raw-client.ts'
import { issueToken } from '../support/tokens.ts'

test('what was judged is what goes on, byte for byte', async (t) => {
  const house = await startCommandHouse(t)
  const { post } = await callsAs(house)
  const body =
    ' {"message_id" : "1",\n"args":{"player_id":"echo-b\\u0075reau", "n":1.0}, "command":"players\\/get" }\r\n'
  const answer = await post(body)
  t.is(JSON.parse(Buffer.from(answer.body, 'latin1').toString()).name, 'Büro Echo')
  t.is(passedOn(house).at(-1)?.body, body)
  t.deepEqual(passedOn(house).at(-1)?.header('content-length'), [String(body.length)])
  t.regex(await house.logged('"route":"/api"'), /"upstream":"music-assistant","command":"players\/get"/)
})

test('a command in chunks goes on whole, once', async (t) => {
  const house = await startCommandHouse(t)
  const lines = [`Authorization: Bearer ${await issueToken(house)}`, 'Transfer-Encoding: chunked']
  const body = '1\r\n{\r\n15\r\n"command":"players/al\r\n3\r\nl"}\r\n0\r\n\r\n'
  t.is((await exchangeRaw(house, rawRequest('POST /api', lines) + body)).status, 200)
  t.is(passedOn(house).at(-1)?.body, '{"command":"players/all"}')
  t.is(passedOn(house).length, 1)
})

test('JSON that two parsers read differently does not go on', async (t) => {
  const house = await startCommandHouse(t)
  const { post } = await callsAs(house)
  for (const body of [
    '{"command":"players/all","command":"auth/token/create","args":{"name":"x"}}',
    '{"command":"players/all","args":{"user":"","us\\u0065r":"admin"}}',
    '\ufeff{"command":"players/all"}',
    Buffer.from('{"command":"players/all","args":{"a":"\xff"}}', 'latin1'),
    '{"command":"players/all","args":{"a":NaN}}',
    `{"command":"players/all","args":{"a":${'['.repeat(1000)}${']'.repeat(1000)}}}`,
    '{"command":"players/all"}{"command":"auth/users"}',
    '{"__proto__":{"command":"players/all"}}',
    '[{"command":"players/all"}]',
    '{"args":{}}',
  ]) {
    const answer = await post(body)
    t.is(answer.status, 400, body.toString())
    t.regex(answer.body, /^Invalid JSON: /)
  }
  t.like(await post(''), { status: 400, body: 'Body required' })
  t.deepEqual(passedOn(house), [])
})

test('a body of 16 MiB is judged and passed on, and a longer one is refused', async (t) => {
  const house = await startCommandHouse(t)
  const { post } = await callsAs(house)
  const limit = 16 * 1024 * 1024
  t.is((await post('{"command":"players/all"}'.padEnd(limit))).status, 200)
  t.is(passedOn(house).at(-1)?.body.length, limit)
  t.is((await post('{"command":"players/all"}'.padEnd(limit + 1))).status, 413)
})

test('a compressed command is refused, for nobody here has read it', async (t) => {
  const house = await startCommandHouse(t)
  const body = '{"command":"players/all"}'
  const lines = [`Authorization: Bearer ${await issueToken(house)}`, `Content-Length: ${body.length}`]
  const answer = await exchangeRaw(house, rawRequest('POST /api', [...lines, 'Content-Encoding: gzip']) + body)
  t.is(answer.status, 415)
  t.deepEqual(passedOn(house), [])
})

test('an encoded path, or one with a slash behind it, is the same command', async (t) => {
  const house = await startCommandHouse(t)
  const { post } = await callsAs(house)
  for (const path of ['/%61pi', '/ap%69', '/api/', '/api?x=1', '/%41pi'])
    t.not((await post('{"command":"auth/users"}', path)).status, 200, path)
  t.is((await post('{"command":"auth/users"}', '/%61pi')).status, 403)
  t.is(house.music.calls.length, 0)
  t.is((await post('{"command":"players/all"}', '/api?x=1')).status, 200)
})

test('a reload changes which commands pass, and keeps the connections', async (t) => {
  const house = await startCommandHouse(t)
  const { call } = await callsAs(house)
  const item = { item: 'library://track/1' }
  t.is((await call('music/favorites/add_item', item)).status, 403)
  t.is((await call('players/all')).status, 200)
  const sockets = house.music.openSockets
  await house.reload((config) => {
    const commands = { library_write: true, refuse: ['players/cmd/power'] }
    Object.assign(config.upstreams['music-assistant'], { commands })
  })
  t.is((await call('music/favorites/add_item', item)).status, 200)
  t.is((await call('players/cmd/power', { player_id: 'living-room', powered: false })).status, 403)
  t.is(house.music.openSockets, sockets)
})

test('what the server itself refuses is passed on as it says it', async (t) => {
  const house = await startCommandHouse(t)
  const { call, post } = await callsAs(house)
  t.like(await call('players/get'), { status: 400, body: 'Missing required argument: player_id' })
  t.like(await call('players/get', { player_id: 'nobody' }), { status: 500, body: 'Internal server error' })
  house.music.misbehave('setup-required', { times: 1 })
  t.like(await call('players/all'), { status: 503, body: 'Setup required' })
  t.is((await post('x', '/nowhere')).status, 404)
  house.music.misbehave('reset')
  t.is((await call('players/cmd/next', { player_id: 'living-room' })).status, 502)
})

test('a gateway compares the commands in the background, and starts all the same where nobody answers', async (t) => {
  const house = await startCommandHouse(t, undefined, () => {}, { comparesCommands: true })
  const line = await house.logged('commands compared')
  t.regex(line, /music-assistant is Music Assistant 2\.10\.0\.dev0 \(schema 77\): all of its commands are known/)
  await startCommandHouse(
    t,
    undefined,
    ({ upstreams }) => {
      upstreams['music-assistant'].url = 'http://127.0.0.1:1'
    },
    { comparesCommands: true },
  )
})
