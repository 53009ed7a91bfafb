import test, { type ExecutionContext } from 'ava'
import { startTestHouse, type TestHouse } from '../../support/gateway.ts'
import { exchangeRaw, openRaw, rawRequest } from '../../support/raw-client.ts'
import { startRawUpstream, startUpstream } from '../../support/scripted-upstream.ts'

const APP = 'https://app.example.org'
const PREFLIGHT = [`Origin: ${APP}`, 'Access-Control-Request-Method: POST']

function openHouse(t: ExecutionContext, url: string): Promise<TestHouse> {
  return startTestHouse(t, (config) => {
    Object.assign(config.upstreams, { app: { url } })
    config.routes.push(
      ...([
        { path: '/listed/*', upstream: 'app', auth: 'none', cors: [APP] },
        { path: '/all/*', upstream: 'app', auth: 'none', cors: '*', websocket: true },
      ] as never[]),
    )
  })
}

test('a hostile upstream says nothing of who may read it, wherever in its answer it tries', async (t) => {
  const evil = ['Origin', 'Credentials', 'Headers', 'Private-Network'].map(
    (name) => `aCCess-Control-Allow-${name}: evil\r\n`,
  )
  const answer = [
    `HTTP/1.1 103 Early Hints\r\n${evil.join('')}Link: </evil>; rel=preload\r\n\r\n`,
    `HTTP/1.1 200 OK\r\n${evil.join('')}Connection: Vary, Access-Control-Allow-Origin, Access-Control-Expose-Headers\r\n`,
    `Access-Control-Expose-Headers: evil\r\nVary: evil\r\nTrailer: Access-Control-Allow-Origin\r\n`,
    `Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n${evil.join('')}\r\n`,
  ].join('')
  const upstream = await startRawUpstream(t, (socket) => {
    socket.on('data', () => socket.write(answer))
  })
  const house = await openHouse(t, upstream.url)
  for (const [path, origin, told] of [
    ['/listed/x', APP, [APP]],
    ['/listed/x', 'https://evil.example', []],
    ['/all/x', APP, ['*']],
  ] as const) {
    const client = await openRaw(house)
    const { header, rawHeaders, interim, body } = await client
      .send(rawRequest(`GET ${path}`, [`Origin: ${origin}`, 'Connection: close']))
      .answer()
    t.deepEqual([interim, body], [[], 'x'])
    t.deepEqual(header('access-control-allow-origin'), told)
    t.deepEqual(header('vary'), path === '/all/x' ? [] : ['Origin'])
    await client.closed
    t.false(`${rawHeaders.join()}${client.received}`.includes('evil'), path)
  }
})

test('what comes in the body of a preflight is no request, and the next one is', async (t) => {
  const seen: (string | undefined)[] = []
  const upstream = await startUpstream(t, ({ url }, response) => {
    seen.push(url)
    response.end('{}')
  })
  const house = await openHouse(t, upstream.url)
  const hidden = rawRequest('GET /all/hidden')
  const size = hidden.length
  const next = rawRequest('GET /all/next')
  for (const body of [
    rawRequest('OPTIONS /all/x', [...PREFLIGHT, `Content-Length: ${size}`], hidden),
    rawRequest(
      'OPTIONS /all/x',
      [...PREFLIGHT, 'Transfer-Encoding: chunked'],
      `${size.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`,
    ),
    rawRequest('OPTIONS /all/x', [...PREFLIGHT, `Content-Length: ${size}`, 'Expect: 100-continue'], hidden),
    rawRequest('OPTIONS https://localhost/all/x', [...PREFLIGHT, `Content-Length: ${size}`], hidden),
  ]) {
    const client = await openRaw(house)
    client.send(body + next)
    t.is((await client.answer()).status, 204)
    t.is((await client.answer()).status, 200)
    t.is(client.received, '')
    client.socket.destroy()
  }
  for (const headers of [
    ['Content-Length: 1', 'Content-Length: 2'],
    ['Content-Length: 1', 'Transfer-Encoding: chunked'],
  ])
    t.is((await exchangeRaw(house, rawRequest('OPTIONS /all/x', [...PREFLIGHT, ...headers], next))).status, 400)
  t.deepEqual(seen, ['/all/next', '/all/next', '/all/next', '/all/next'])
})

test('a preflight to what is not there is told as much as any request is', async (t) => {
  const upstream = await startUpstream(t, (_, response) => response.end())
  const house = await openHouse(t, upstream.url)
  for (const [path, status] of [
    ['/nowhere', 404],
    ['/api', 405],
    ['/any/x', 401],
  ] as const) {
    const preflight = await exchangeRaw(house, rawRequest(`OPTIONS ${path}`, PREFLIGHT))
    const plain = await exchangeRaw(house, rawRequest(`OPTIONS ${path}`))
    t.deepEqual([preflight.status, plain.status], [status, status], path)
    t.is(preflight.body, plain.body)
  }
})
