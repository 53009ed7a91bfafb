import test from 'ava'
import { startTestHouse } from '../../support/gateway.ts'
import { asMusicAssistant, openMusicClient } from '../../support/music-client.ts'
import { issueToken } from '../../support/tokens.ts'

test('a client without a header signs in with its first message, and plays as the person', async (t) => {
  const house = await startTestHouse(t, asMusicAssistant)
  const client = await openMusicClient(t, house)
  const info = await client.next()
  t.truthy(info.server_id)
  t.is(house.music.openWebSockets, 0)
  const token = await issueToken(house)
  const welcome = await client.ask('auth', { token })
  t.like(welcome, { message_id: 'id-1', partial: false, result: { authenticated: true, user: { username: 'admin' } } })
  const seen = house.music.lastRequest!
  t.deepEqual([seen.url, seen.header('x-remote-user-name')], ['/ws', ['ada']])
  t.false(seen.messages.join().includes(token))
  const players = (await client.ask('players/all')).result as { player_id: string }[]
  t.true(players.length > 0)
  const player_id = players[0]!.player_id
  t.is((await client.ask('players/cmd/play', { player_id })).result, null)
  house.music.publish({ event: 'test', object_id: 'o', data: 'hello' })
  let event = await client.next()
  while (event.event !== 'test') event = await client.next()
  t.is(event.data, 'hello')
  client.socket.close(1000)
  t.is((await client.closed).code, 1000)
  await house.music.until(() => house.music.openWebSockets === 0 && house.music.openSockets <= 1)
  const ended = await house.requests.next()
  t.like(ended, {
    user: 'ada',
    client: 'amazon-alexa',
    status: 101,
    upgraded: true,
    ending: 'closed',
    upstreamStatus: 101,
  })
})

test('a client with a header is signed in by the gateway, and its own auth is answered as the server would', async (t) => {
  const house = await startTestHouse(t, asMusicAssistant)
  const token = await issueToken(house)
  const client = await openMusicClient(t, house, { token })
  t.truthy((await client.next()).server_id)
  t.true(Array.isArray((await client.ask('players/all')).result))
  t.like(await client.ask('auth', { token }), { result: { authenticated: true } })
  t.like(await client.ask('auth', { token: 'x'.repeat(43) }), { error_code: 23 })
  t.like(await client.ask('auth/logout'), { error_code: 22 })
  t.true(Array.isArray((await client.ask('players/all')).result))
  const { messages } = house.music.lastRequest!
  t.deepEqual(
    messages.map((one) => JSON.parse(one).command),
    ['auth', 'players/all', 'players/all'],
  )
})

test('at a path for browsers with a session, too, a client without a header signs in with its token', async (t) => {
  const house = await startTestHouse(t, (config) => {
    asMusicAssistant(config)
    config.routes[1]!.auth = 'bearer-or-session'
  })
  const client = await openMusicClient(t, house)
  await client.next()
  t.like(await client.ask('auth', { token: await issueToken(house) }), { result: { authenticated: true } })
  t.true(Array.isArray((await client.ask('players/all')).result))
})
