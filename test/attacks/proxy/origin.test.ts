import test from 'ava'
import { startTestHouse } from '../../support/gateway.ts'
import { exchangeRaw, openRaw, rawRequest, UPGRADE } from '../../support/raw-client.ts'
import { issueToken } from '../../support/tokens.ts'

const FOREIGN = [
  ...['https://evil.example', 'null', 'http://dev.jasonhollis.com', 'https://dev.jasonhollis.com:8443', '', '*'],
  ...['https://dev.jasonhollis.com.evil.example', 'https://dev.jasonhollis.com/', 'HTTPS://DEV.JASONHOLLIS.COM'],
  ...['https://evil.example https://dev.jasonhollis.com', 'https://other.example'],
]

test('62. a page of another origin opens no WebSocket, and the upstream hears nothing of it', async (t) => {
  const house = await startTestHouse(t)
  const bearer = `Authorization: Bearer ${await issueToken(house)}`
  for (const [path, ...headers] of [['/ws', bearer], ['/ws'], ['/open/ws']]) {
    for (const origin of FOREIGN) {
      const client = await openRaw(house)
      const request = rawRequest(`GET ${path}`, [...UPGRADE, ...headers, `Origin: ${origin}`])
      const { status, body } = await client.send(request).answer()
      t.deepEqual([status, JSON.parse(body).error], [403, 'foreign_origin'], origin)
      await client.closed
    }
    const both = ['Origin: https://dev.jasonhollis.com', 'Origin: https://evil.example']
    for (const origins of [both, both.toReversed()])
      t.is((await exchangeRaw(house, rawRequest(`GET ${path}`, [...UPGRADE, ...headers, ...origins]))).status, 403)
  }
  t.is(house.music.requestCount, 0)
  await house.logged('Origin \\"https://evil.example\\" is not in origins of the route /ws')
})

test('62. pages of public_url, of the host of the route and of the list open one, and so do programs', async (t) => {
  const host = 'localhost'
  const origins = ['https://other.example', 'capacitor://localhost']
  const house = await startTestHouse(t, ({ routes }) => {
    routes.push({ path: '/listed', upstream: 'music-assistant', auth: 'bearer', websocket: true, origins } as never)
    routes.push({ host, path: '/own', upstream: 'music-assistant', auth: 'bearer', websocket: true } as never)
  })
  const bearer = `Authorization: Bearer ${await issueToken(house)}`
  const open = async (path: string, origin?: string) => {
    const headers = origin === undefined ? [] : [`Origin: ${origin}`]
    const client = await openRaw(house)
    t.teardown(() => client.socket.destroy())
    return (await client.send(rawRequest(`GET ${path}`, [...UPGRADE, bearer, ...headers])).answer()).status
  }
  // The stand-in speaks WebSocket at /ws alone; elsewhere its 404 tells that the request arrived.
  for (const origin of [undefined, 'https://dev.jasonhollis.com']) t.is(await open('/ws', origin), 101)
  for (const origin of [undefined, 'https://dev.jasonhollis.com', ...origins]) t.is(await open('/listed', origin), 404)
  for (const origin of [undefined, 'https://dev.jasonhollis.com', `https://${host}`])
    t.is(await open('/own', origin), 404)
  for (const [path, origin] of [
    ['/ws', 'https://other.example'],
    ['/ws', `https://${host}`],
    ['/listed', `https://${host}`],
    ['/own', 'https://other.example'],
  ] as const)
    t.is(await open(path, origin), 403, `${path} ${origin}`)
})
