import { once } from 'node:events'
import { deflateRawSync } from 'node:zlib'
import test, { type ExecutionContext } from 'ava'
import { addUser } from '../../src/users/users.ts'
import { startTestHouse, type TestHouse } from '../support/gateway.ts'
import { asMusicAssistant, openMusicClient } from '../support/music-client.ts'
import { exchangeRaw, openRaw, rawRequest, UPGRADE } from '../support/raw-client.ts'
import { issueToken } from '../support/tokens.ts'

const MEGABYTE = 1024 * 1024

function askedFor({ music }: TestHouse, path: string): number {
  return music.requests.filter(({ url }) => url === path).length
}

async function openSignedIn(t: ExecutionContext, house: TestHouse) {
  const client = await openMusicClient(t, house)
  await client.next()
  const token = await issueToken(house)
  await client.ask('auth', { token })
  return { ...client, token }
}

test.serial(
  'music that plays ends for a client whose grant is gone, with a Close frame, and nothing passes any more',
  async (t) => {
    const house = await startTestHouse(t, asMusicAssistant)
    const client = await openSignedIn(t, house)
    const player_id = house.music.players[0]!.player_id
    await client.ask('players/cmd/play', { player_id })
    const { store } = house.prepared
    const { entries } = await store.list('grant', '', undefined, 10)
    for (const { id } of entries) await store.delete('grant', id)
    await house.reload()
    t.deepEqual(await client.closed, { code: 1008, reason: 'access ended' })
    client.say({ message_id: 'late', command: 'players/cmd/stop', args: { player_id } })
    await house.music.until(() => house.music.openWebSockets === 0)
    t.false(house.music.requests.some(({ messages }) => messages.join().includes('late')))
    t.like(await house.requests.next(), { ending: 'access ended', user: 'ada' })
  },
)

test.serial('a route that goes away in a reload closes its WebSockets, those of others stay', async (t) => {
  const house = await startTestHouse(t, (config) => {
    asMusicAssistant(config)
  })
  const client = await openSignedIn(t, house)
  await house.reload(({ routes }) => {
    routes[1]!.path = '/elsewhere'
  })
  t.is((await client.closed).code, 1008)
})

test.serial(
  'what a reload no longer allows is refused in a conversation that was open before it, at the next command',
  async (t) => {
    const house = await startTestHouse(t, asMusicAssistant)
    const client = await openSignedIn(t, house)
    const arguments_ = { player_id: house.music.players[0]!.player_id }
    t.is((await client.ask('players/cmd/stop', arguments_)).error_code, undefined)
    await house.reload(({ upstreams }) => {
      Object.assign(upstreams['music-assistant'], { commands: { refuse: ['players/cmd/stop'] } })
    })
    t.like(await client.ask('players/cmd/stop', arguments_), { error_code: 22 })
    t.is((await client.ask('players/cmd/play', arguments_)).error_code, undefined)
    await house.reload(({ oauth }) => {
      oauth.clients[0]!.scopes = ['music.read', 'user:read']
    })
    t.like(await client.ask('players/cmd/play', arguments_), { error_code: 22 })
    t.is((await client.ask('players/all')).error_code, undefined)
    t.is(house.music.openWebSockets, 1)
  },
)

test.serial('a gateway that stops says so', async (t) => {
  const house = await startTestHouse(t, asMusicAssistant)
  const client = await openSignedIn(t, house)
  const stranger = await openMusicClient(t, house)
  await house.gateway.close()
  t.is((await client.closed).code, 1001)
  t.is((await stranger.closed).code, 1001)
})

test.serial(
  'whoever may read nothing of the music hears no events of it: there is no WebSocket for them',
  async (t) => {
    const house = await startTestHouse(t, asMusicAssistant)
    const token = await issueToken(house, ['user:read'])
    const head = [...UPGRADE, `Authorization: Bearer ${token}`]
    const refused = await exchangeRaw(house, rawRequest('GET /ws', head))
    t.is(refused.status, 403)
    t.regex(refused.body, /music\.read or music\.control/)
    const client = await openMusicClient(t, house)
    await client.next()
    t.like(await client.ask('auth', { token }), { error_code: 22 })
    for (const scope of ['music.read', 'music.control']) {
      const one = await openMusicClient(t, house)
      await one.next()
      t.like(
        await one.ask('auth', { token: await issueToken(house, [scope]) }),
        { result: { authenticated: true } },
        scope,
      )
    }
    t.is(askedFor(house, '/ws'), 2)
  },
)

test.serial('a revoked, a wrong and a narrow token let nobody in, and no upstream hears of it', async (t) => {
  const house = await startTestHouse(t, (config) => {
    asMusicAssistant(config)
    config.routes[1]!.scopes = ['music.control']
  })
  const revoked = await issueToken(house)
  const { store } = house.prepared
  for (const { id } of (await store.list('grant', '', undefined, 10)).entries) await store.delete('grant', id)
  const narrow = await issueToken(house, ['music.read'])
  const client = await openMusicClient(t, house)
  await client.next()
  t.like(await client.ask('auth', { token: revoked }), { error_code: 23 })
  t.like(await client.ask('auth', { token: 'w'.repeat(43) }), { error_code: 23 })
  t.like(await client.ask('auth', { token: 'x y\r\n' }), { error_code: 23 })
  t.like(await client.ask('auth', { token: narrow }), { error_code: 22 })
  t.is(house.music.openWebSockets, 0)
  t.like(await client.ask('auth', { token: revoked }), { error_code: 23 })
  t.deepEqual(await client.closed, { code: 1008, reason: 'too many tries to sign in' })
  t.like(await house.requests.next(), { user: undefined, refusal: { code: 'invalid_token' }, ending: 'refused' })
})

test.serial('who sends a header that is no good gets its 401, and no second chance in a message', async (t) => {
  const house = await startTestHouse(t, asMusicAssistant)
  for (const value of ['Bearer nobody', `Bearer ${'w'.repeat(43)}`]) {
    const { status } = await exchangeRaw(house, rawRequest('GET /ws', [...UPGRADE, `Authorization: ${value}`]))
    t.is(status, 401)
  }
  t.is((await exchangeRaw(house, rawRequest('GET /ws', [...UPGRADE, 'Origin: https://evil.example']))).status, 403)
  t.is(askedFor(house, '/ws'), 0)
})

test.serial('a WebSocket of the server that is not /ws is not there, with a header and without', async (t) => {
  const house = await startTestHouse(t, (config) => {
    asMusicAssistant(config)
    config.routes[4]!.websocket = true
  })
  const token = await issueToken(house)
  for (const more of [[], [`Authorization: Bearer ${token}`]])
    t.is((await exchangeRaw(house, rawRequest('GET /any/sendspin', [...UPGRADE, ...more]))).status, 404)
  t.is(house.music.openWebSockets, 0)
})

test.serial('a handshake that is none is refused before anything is done for it', async (t) => {
  const house = await startTestHouse(t, asMusicAssistant)
  const ask = async (...headers: string[]) => {
    const lines = ['Connection: Upgrade', 'Upgrade: websocket', ...headers]
    const { status, header } = await exchangeRaw(house, rawRequest('GET /ws', lines))
    return [status, header('sec-websocket-version')]
  }
  const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='
  t.deepEqual(await ask('Sec-WebSocket-Version: 13'), [400, []])
  t.deepEqual(await ask('Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: short'), [400, []])
  t.deepEqual(await ask(key), [400, ['13']])
  t.deepEqual(await ask(key, 'Sec-WebSocket-Version: 7'), [400, ['13']])
  t.is(askedFor(house, '/ws'), 0)
  const malformed = 'Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=1000'
  t.deepEqual(await ask(key, 'Sec-WebSocket-Version: 13', malformed), [400, []])
})

test.serial("a token of somebody else's is none once a person is signed in", async (t) => {
  const house = await startTestHouse(t, asMusicAssistant)
  const client = await openSignedIn(t, house)
  const other = await issueToken(house)
  // Of the same person, as after a refresh.
  t.like(await client.ask('auth', { token: other }), { result: { authenticated: true } })
  const mallory = { name: 'mallory', displayName: 'Mallory', password: 'another horse battery' }
  await addUser(house.prepared.store, house, mallory)
  const stolen = await issueToken(house, undefined, mallory.name)
  t.like(await client.ask('auth', { token: stolen }), { error_code: 23 })
  t.true(Array.isArray((await client.ask('players/all')).result))
  t.is(askedFor(house, '/ws'), 1)
})

test.serial('no message is larger than what its sender may send', async (t) => {
  const house = await startTestHouse(t, asMusicAssistant)
  const stranger = await openMusicClient(t, house)
  stranger.say({ message_id: '1', command: 'auth', args: { token: 'x'.repeat(5000) } })
  t.is((await stranger.closed).code, 1009)
  const client = await openSignedIn(t, house)
  client.say({ message_id: '1', command: 'players/all', args: { long: 'x'.repeat(5000) } })
  t.like(await client.next(), { message_id: '1' })
  client.say('x'.repeat(17 * MEGABYTE))
  t.is((await client.closed).code, 1009)
  await house.music.until(() => house.music.openWebSockets === 0)
})

test.serial('what is small until it is inflated is as large as it is then', async (t) => {
  const house = await startTestHouse(t, asMusicAssistant)
  const bomb = (size: number) => JSON.stringify({ message_id: '1', command: 'auth', args: { token: 'x'.repeat(size) } })
  t.true(deflateRawSync(bomb(100_000)).length < 4096)
  const options = { perMessageDeflate: { threshold: 0 } }
  const stranger = await openMusicClient(t, house, options)
  stranger.say(bomb(100_000))
  t.is((await stranger.closed).code, 1009)
  const client = await openMusicClient(t, house, { ...options, token: await issueToken(house) })
  await client.next()
  client.say(bomb(17 * MEGABYTE))
  t.is((await client.closed).code, 1009)
})

test.serial('a message in very many pieces is no way around the limits, in a few it is one', async (t) => {
  const house = await startTestHouse(t, asMusicAssistant)
  const token = await issueToken(house)
  const text = JSON.stringify({ message_id: 'in pieces', command: 'auth', args: { token } })
  const good = await openMusicClient(t, house)
  await good.next()
  for (const [at, letter] of [...text].entries()) good.socket.send(letter, { fin: at === text.length - 1 })
  t.like(await good.next(), { message_id: 'in pieces', result: { authenticated: true } })
  const bad = await openMusicClient(t, house)
  for (let i = 0; i < 5000; i++) bad.socket.send('', { fin: false })
  t.is((await bad.closed).code, 1008)
  // A ping may come within a message.
  const pinged = await openMusicClient(t, house)
  await pinged.next()
  pinged.socket.send(text.slice(0, 10), { fin: false })
  const ponged = once(pinged.socket, 'pong')
  pinged.socket.ping()
  await ponged
  pinged.socket.send(text.slice(10), { fin: true })
  t.like(await pinged.next(), { message_id: 'in pieces' })
})

test.serial('bytes that are no UTF-8, frames without a mask and binary ones reach no upstream', async (t) => {
  const house = await startTestHouse(t, asMusicAssistant)
  const invalid = await openSignedIn(t, house)
  invalid.socket.send(Buffer.from('7b226d6573736167655f6964223a22ff227d', 'hex'), { binary: false })
  t.is((await invalid.closed).code, 1007)
  const unmasked = await openSignedIn(t, house)
  unmasked.socket.send('{"message_id":"1","command":"players/all"}', { mask: false })
  t.is((await unmasked.closed).code, 1002)
  const binary = await openSignedIn(t, house)
  binary.socket.send(Buffer.from('{"message_id":"b","command":"players/all"}'))
  // Passed over, as by Music Assistant.
  t.true(Array.isArray((await binary.ask('players/all')).result))
  const said = house.music.requests.flatMap(({ messages }) => messages).join()
  t.false(said.includes('"b"'))
})

test.serial('a crowd that never signs in costs the upstream one call, and keeps nobody out', async (t) => {
  const house = await startTestHouse(t, asMusicAssistant)
  const crowd = await Promise.all(Array.from({ length: 40 }, () => openMusicClient(t, house)))
  const open = () => crowd.filter(({ socket }) => socket.readyState === socket.OPEN).length
  while (open() > 16)
    await Promise.race(crowd.filter(({ socket }) => socket.readyState < 3).map(({ closed }) => closed))
  t.is(house.music.openWebSockets, 0)
  // One, on a machine that is not slower than what it remembers.
  t.is(askedFor(house, '/ws'), 0)
  t.true(askedFor(house, '/info') < 5)
  const honest = await openSignedIn(t, house)
  t.true(Array.isArray((await honest.ask('players/all')).result))
})

test.serial('who talks before it is let in, or sends commands while it is, is held and not lost', async (t) => {
  const house = await startTestHouse(t, asMusicAssistant)
  const token = await issueToken(house)
  const client = await openMusicClient(t, house)
  client.say({ message_id: '1', command: 'auth', args: { token } })
  for (let i = 2; i < 50; i++) client.say({ message_id: String(i), command: 'players/all' })
  await client.next()
  for (let i = 1; i < 50; i++) t.is((await client.next()).message_id, String(i))
  const flood = await openMusicClient(t, house)
  flood.say({ message_id: '1', command: 'auth', args: { token } })
  for (let i = 0; i < 2000; i++) flood.say('{}')
  t.not((await flood.closed).code, 1006)
})

test.serial('a client that leaves at any moment of its sign-in leaves nothing behind', async (t) => {
  const house = await startTestHouse(t, asMusicAssistant)
  for (let steps = 0; steps < 4; steps++) {
    const raw = await openRaw(house)
    raw.send(rawRequest('GET /ws', UPGRADE))
    if (steps > 0) await raw.answer()
    if (steps > 1) await raw.until((received) => received.includes('server_id'))
    if (steps > 2)
      raw.send(
        maskedText(JSON.stringify({ message_id: '1', command: 'auth', args: { token: await issueToken(house) } })),
      )
    raw.reset()
    await raw.closed
  }
  await house.music.until(() => house.music.openWebSockets === 0)
  const honest = await openSignedIn(t, house)
  t.true(Array.isArray((await honest.ask('players/all')).result))
})

/** A frame of a client's, with a mask of zeros. */
function maskedText(text: string): Buffer {
  const length = Buffer.from([0xfe, text.length >> 8, text.length & 0xff])
  return Buffer.concat([Buffer.from([0x81]), length, Buffer.alloc(4), Buffer.from(text)])
}
