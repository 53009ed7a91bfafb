import { once } from 'node:events'
import { setImmediate } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { WebSocket } from 'ws'
import { loadConfig } from '../../../src/config/load.ts'
import { StorageError } from '../../../src/files/storage-error.ts'
import { startTestHouse, type TestHouse } from '../../support/gateway.ts'
import { callApi } from '../../support/linking.ts'
import { exchangeRaw, openRaw, rawRequest } from '../../support/raw-client.ts'
import { issueToken } from '../../support/tokens.ts'

async function openWebSocket(t: ExecutionContext, house: TestHouse, token: string): Promise<WebSocket> {
  const headers = { authorization: `Bearer ${token}` }
  const socket = new WebSocket(`wss://localhost:${house.port}/ws`, { ca: house.ca, headers })
  t.teardown(() => socket.terminate())
  socket.on('error', () => {})
  await once(socket, 'message')
  return socket
}

/** An answer that goes on for ever, a byte at a time. */
async function openStream(t: ExecutionContext, house: TestHouse, path: string, headers: string[] = []) {
  house.music.misbehave('trickle', { times: 1 })
  const stream = (await openRaw(house)).send(rawRequest(`GET ${path}`, headers))
  t.teardown(() => stream.socket.destroy())
  await stream.until((text) => text.endsWith('.\r\n'))
  const goesOn = () => {
    const { length } = stream.received
    return stream.until((text) => text.length > length)
  }
  return { ...stream, closed: stream.closed, goesOn }
}

test('streams and WebSockets live on over a reload that leaves their route, client and user alone', async (t) => {
  const house = await startTestHouse(t)
  const token = await issueToken(house)
  const socket = await openWebSocket(t, house, token)
  const [bearer, open] = [
    await openStream(t, house, '/any/x', [`Authorization: Bearer ${token}`]),
    await openStream(t, house, '/open/x'),
  ]
  await house.reload((config) => {
    config.routes = config.routes.filter(({ path }) => path !== '/dead')
    config.oauth.clients = config.oauth.clients.filter(({ id }) => id !== 'phone')
  })
  // One that has to end tells when the gateway has looked.
  const other = await openStream(t, house, '/imageproxy/x')
  await house.reload((config) => {
    config.routes = config.routes.filter(({ path }) => path !== '/imageproxy/*')
  })
  await other.closed
  await bearer.goesOn()
  await open.goesOn()
  t.is(socket.readyState, WebSocket.OPEN)
})

test('a stream and a WebSocket end soon after their client is gone from the configuration', async (t) => {
  const house = await startTestHouse(t)
  const token = await issueToken(house)
  const socket = await openWebSocket(t, house, token)
  const stream = await openStream(t, house, '/any/x', [`Authorization: Bearer ${token}`])
  const closed = once(socket, 'close')
  await house.reload((config) => {
    config.oauth.clients = config.oauth.clients.filter(({ id }) => id !== 'amazon-alexa')
  })
  await Promise.all([closed, stream.closed])
  t.is((await callApi(house, token)).status, 401)
})

test('a WebSocket ends soon after its route is gone, and a stream whose route leads elsewhere', async (t) => {
  const house = await startTestHouse(t)
  const socket = await openWebSocket(t, house, await issueToken(house))
  const stream = await openStream(t, house, '/open/x')
  const closed = once(socket, 'close')
  await house.reload((config) => {
    config.routes = config.routes.filter(({ path }) => path !== '/ws')
    for (const route of config.routes) if (route.path === '/open/*') route.upstream = 'dead'
  })
  await Promise.all([closed, stream.closed])
  t.is(socket.readyState, WebSocket.CLOSED)
})

test('a client whose scopes were narrowed is refused with its next request, and nothing is read anew for it', async (t) => {
  const house = await startTestHouse(t)
  const token = await issueToken(house)
  t.is((await callApi(house, token)).status, 200)
  let lookUps = 0
  const { store } = house.prepared
  const { get } = store
  store.get = (kind, id) => {
    if (kind === 'access') lookUps++
    return get(kind, id)
  }
  await house.reload((config) => {
    config.oauth.clients[0]!.scopes = ['music.read']
  })
  t.is((await callApi(house, token)).status, 403)
  await house.reload((config) => {
    config.oauth.clients[0]!.scopes = ['music.read', 'music.control']
  })
  t.is((await callApi(house, token)).status, 200)
  t.is(lookUps, 0)
})

test('a WebSocket whose client may not have the scope of its route any more ends', async (t) => {
  const house = await startTestHouse(t, (config) => {
    for (const route of config.routes) if (route.path === '/ws') route.scopes = ['music.control']
  })
  const socket = await openWebSocket(t, house, await issueToken(house))
  const closed = once(socket, 'close')
  await house.reload((config) => {
    config.oauth.clients[0]!.scopes = ['music.read']
  })
  await closed
  t.is(socket.readyState, WebSocket.CLOSED)
})

test('of several reloads at once each is done, in their order, and the last one stays', async (t) => {
  const house = await startTestHouse(t)
  const reloads = ['one', 'two', 'three'].map((body) =>
    house.reload((config) => {
      config.routes = [
        { path: '/said', auth: 'none', respond: { status: 200, body } } as never,
        ...config.routes.slice(-6),
      ]
    }),
  )
  await Promise.all(reloads)
  t.is((await exchangeRaw(house, rawRequest('GET /said'))).body, 'three')
  t.is(house.events().filter(({ event }) => event === 'reloaded').length, 3)
})

test('a reload that is under way when the gateway is stopped is waited for, and one after it is refused in words', async (t) => {
  const house = await startTestHouse(t)
  const reload = house.reload((config) => {
    config.listen.https = 'localhost:0'
  })
  // It is reading files now.
  await setImmediate()
  const closed = house.gateway.close()
  await t.throwsAsync(house.reload(), { name: 'StartError', message: 'Skillgate is stopping.' })
  await t.notThrowsAsync(reload)
  await closed
  const { port } = house.gateway.https!
  t.not(port, house.port)
  for (const one of [port, house.port]) await t.throwsAsync(openRaw({ ...house, port: one }), { code: 'ECONNREFUSED' })
})

test('while the store fails a reload works all the same, and what is known is served on', async (t) => {
  const house = await startTestHouse(t)
  const { store } = house.prepared
  const { get } = store
  const token = await issueToken(house)
  t.is((await callApi(house, token)).status, 200)
  store.get = async () => {
    throw new StorageError('the disk is gone')
  }
  await house.reload()
  t.is((await callApi(house, token)).status, 200)
  store.get = get
})

test('a token that cannot be read leaves the old upstream in place, and its connection open', async (t) => {
  const house = await startTestHouse(t)
  const get = rawRequest('GET /open/x')
  t.is((await exchangeRaw(house, get)).status, 404)
  const { openSockets } = house.music
  await t.throwsAsync(
    house.reload((config) => {
      config.upstreams['music-assistant'].token = { file: 'data/nowhere.token' }
    }),
    { name: 'StartError', message: /data\/nowhere\.token is not there: write the token that music-assistant gave you/ },
  )
  t.is((await exchangeRaw(house, get)).status, 404)
  t.is(house.music.openSockets, openSockets)
})

test('a pool whose upstream is gone is closed after its last request, and before that none of its requests is', async (t) => {
  const house = await startTestHouse(t)
  const stream = await openStream(t, house, '/open/x')
  await house.reload((config) => {
    config.upstreams['music-assistant'].response_timeout = 2
  })
  await stream.goesOn()
  t.is(house.music.openSockets, 1)
  stream.socket.destroy()
  await house.music.until(() => house.music.openSockets === 0)
  t.is((await exchangeRaw(house, rawRequest('GET /open/x'))).status, 404)
})

test('the idle connections of an upstream that is gone are closed at once, not when their time is over', async (t) => {
  const house = await startTestHouse(t)
  t.is((await exchangeRaw(house, rawRequest('GET /open/x'))).status, 404)
  t.is(house.music.openSockets, 1)
  await house.reload((config) => {
    config.upstreams['music-assistant'].response_timeout = 2
  })
  const begun = performance.now()
  await house.music.until(() => house.music.openSockets === 0)
  // Otherwise they would stay for the 75 s that the stand-in keeps them.
  t.true(performance.now() - begun < 20_000)
})

test('the configuration file is read as it is at a reload', async (t) => {
  const house = await startTestHouse(t)
  await house.reload((config) => {
    config.public_url = 'https://elsewhere.example'
  })
  t.is(loadConfig(house.configFile, {}).public_url, 'https://elsewhere.example')
  const { body } = await exchangeRaw(house, rawRequest('GET /.well-known/oauth-authorization-server'))
  t.is(JSON.parse(body).issuer, 'https://elsewhere.example')
})
