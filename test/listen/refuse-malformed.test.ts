import { createServer } from 'node:http'
import { connect, type Socket } from 'node:net'
import test, { type ExecutionContext } from 'ava'
import type { ExchangeHandler } from '../../src/gateway/handle-exchange.ts'
import { listen, SERVER_LIMITS } from '../../src/listen/listener.ts'
import { EndedRequests, noMoreEnded } from '../support/ended-requests.ts'
import { startTestHouse } from '../support/gateway.ts'
import { openRaw, rawRequest } from '../support/raw-client.ts'

const CHUNKED = ['Transfer-Encoding: chunked']

test('what is no request leaves one record, with what was answered and why', async (t) => {
  const house = await startTestHouse(t)
  for (const [text, status, code] of [
    ['nonsense\r\n\r\n', 400, 'malformed_request'],
    [rawRequest('GET /health', [`A: ${'a'.repeat(17_000)}`]), 431, 'headers_too_large'],
    [rawRequest('GET /health').slice(0, -4), 408, 'request_timeout'],
  ] as const) {
    const client = (await openRaw(house)).send(text)
    t.is((await client.answer()).status, status)
    const { refusal, ...record } = await house.requests.next()
    t.is(refusal?.code, code)
    t.like(record, { status, ending: 'refused', method: '', path: '', peer: '127.0.0.1', tlsVersion: 'TLSv1.3' })
  }
  await noMoreEnded(t, house)
})

test('a request whose body can no longer be read has one record, its own', async (t) => {
  const house = await startTestHouse(t)
  for (const target of ['/open/x', '/alexa/token']) {
    const form = ['Content-Type: application/x-www-form-urlencoded', ...CHUNKED]
    const client = (await openRaw(house)).send(rawRequest(`POST ${target}`, form, '5\r\nhello\r\nnonsense\r\n'))
    t.is((await client.answer()).status, 400)
    const { refusal, ...record } = await house.requests.next()
    t.is(refusal?.code, 'malformed_request')
    t.like(record, { status: 400, ending: 'refused', path: target, method: 'POST' })
  }
  // It has its answer already; only the connection ends.
  const client = (await openRaw(house)).send(rawRequest('POST /health', CHUNKED, '5\r\nhello\r\n'))
  t.is((await client.answer()).status, 405)
  t.like(await house.requests.next(), { status: 405, ending: 'refused' })
  client.send('nonsense\r\n')
  await client.closed
  await noMoreEnded(t, house)
})

test('a request that does not come whole in time has one record, of whether it had an answer already', async (t) => {
  for (const [begins, expected] of [
    [false, { status: 408, ending: 'refused' }],
    [true, { status: 200, ending: 'timed out' }],
  ] as const) {
    const requests = new EndedRequests()
    const port = await listenBriefly(t, requests, async ({ answer }) => {
      if (begins) {
        answer.begin(200, [])
        answer.write(Buffer.from('half'))
      }
      await new Promise<void>((resolve) => answer.onClose(() => resolve()))
    })
    const socket: Socket = connect({ port, host: '127.0.0.1' }).on('error', () => {})
    socket.resume().write(rawRequest('POST /x', ['Content-Length: 10'], 'half'))
    t.like(await requests.next(), { ...expected, method: 'POST', path: '/x' })
    t.deepEqual(requests.records, [])
    socket.destroy()
  }
})

/** A listener that waits for a request no longer than its check of connections takes. */
async function listenBriefly(t: ExecutionContext, requests: EndedRequests, handle: ExchangeHandler): Promise<number> {
  const limits = { ...SERVER_LIMITS, headersTimeout: 100, requestTimeout: 200, connectionsCheckingInterval: 50 }
  const tools = { now: () => 0, monotonic: () => performance.now(), newRequestId: () => 'id' }
  const listener = await listen(
    createServer(limits),
    'http',
    { host: '127.0.0.1', port: 0 },
    {
      ...tools,
      clientAddress: (peer) => peer,
      onEnd: requests.add,
      handle,
    },
  )
  t.teardown(() => listener.close(0))
  return listener.port
}
