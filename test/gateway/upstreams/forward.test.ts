import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { Readable } from 'node:stream'
import test, { type ExecutionContext } from 'ava'
import { startBefore } from '../../support/before-upstream.ts'
import type { TestHouse } from '../../support/gateway.ts'
import { exchangeRaw, openRaw, rawRequest } from '../../support/raw-client.ts'
import { startUpstream } from '../../support/scripted-upstream.ts'

/** A gateway before an upstream that answers as told. */
async function startBeforeListener(t: ExecutionContext, answer: RequestListener): Promise<TestHouse> {
  return startBefore(t, await startUpstream(t, answer))
}

const MEGABYTE = 2 ** 20
/** More than all the buffers of the operating system on the way can hold, with room to spare. */
const LARGE = 160 * MEGABYTE
const BUFFERED = 60 * MEGABYTE

/** As many requests as it takes to be sure that a stream that isn't read stands still. */
async function untilStill(house: TestHouse, sent: () => number): Promise<number> {
  let before = -1
  for (let round = 0; round < 500 && before !== sent(); round++) {
    before = sent()
    for (let i = 0; i < 20; i++) await exchangeRaw(house, rawRequest('GET /health'))
  }
  return before
}

test('the head and the first byte of an answer arrive before the rest is sent', async (t) => {
  const answering = Promise.withResolvers<ServerResponse>()
  const house = await startBeforeListener(t, (_, response) => answering.resolve(response))
  const client = (await openRaw(house)).send(rawRequest('GET /open/events'))
  const upstream = await answering.promise
  upstream.writeHead(200, { 'X-Name': 'B\xfcro' }).write(Buffer.alloc(0))
  await client.until((text) => text.includes('X-Name: B\xfcro\r\n') && text.includes('\r\n\r\n'))
  for (const part of ['first', 'second']) {
    upstream.write(part)
    await client.until((text) => text.includes(part))
  }
  upstream.end()
  t.is((await client.answer()).body, 'firstsecond')
})

test('the first byte of a request arrives before the rest is sent', async (t) => {
  const asked = Promise.withResolvers<IncomingMessage>()
  const house = await startBeforeListener(t, (request, response) => {
    asked.resolve(request)
    request.once('end', () => response.end('thanks'))
  })
  const client = (await openRaw(house)).send(rawRequest('POST /open/x', ['Transfer-Encoding: chunked']))
  client.send('5\r\nfirst\r\n')
  const request = await asked.promise
  t.is(String((await once(request, 'data'))[0]), 'first')
  client.send('6\r\nsecond\r\n')
  t.is(String((await once(request, 'data'))[0]), 'second')
  client.send('0\r\n\r\n')
  t.is((await client.answer()).body, 'thanks')
})

test('an answer that nobody reads makes the upstream wait, and arrives whole when it is read', async (t) => {
  let sent = 0
  const house = await startBeforeListener(t, (_, response) => {
    const chunks = function* () {
      for (; sent < LARGE; sent += MEGABYTE) yield Buffer.alloc(MEGABYTE, sent / MEGABYTE)
    }
    Readable.from(chunks(), { highWaterMark: 1 }).pipe(response)
  })
  const asked = httpsRequest({ port: house.port, host: 'localhost', ca: house.ca, path: '/open/large', agent: false })
  const [answer] = (await once(asked.end(), 'response')) as [IncomingMessage]
  const still = await untilStill(house, () => sent)
  t.true(still > 0 && still < BUFFERED, `${still}`)
  let read = 0
  for await (const chunk of answer) read += chunk.length
  t.is(read, LARGE)
})

test('a request that the upstream does not read makes the client wait, and arrives whole when it does', async (t) => {
  const asked = Promise.withResolvers<IncomingMessage>()
  let sent = 0
  const hash = createHash('sha256')
  const house = await startBeforeListener(t, async (request, response) => {
    asked.resolve(request)
    await once(request, 'resume')
    const arrived = createHash('sha256')
    for await (const chunk of request) arrived.update(chunk)
    response.end(arrived.digest('hex'))
  })
  const options = { port: house.port, host: 'localhost', ca: house.ca, path: '/open/large', agent: false }
  const upload = httpsRequest({ ...options, method: 'POST', headers: { 'Content-Length': LARGE } })
  const chunks = function* () {
    for (; sent < LARGE; sent += MEGABYTE) {
      const chunk = Buffer.alloc(MEGABYTE, sent / MEGABYTE)
      hash.update(chunk)
      yield chunk
    }
  }
  const answering = once(upload, 'response') as Promise<[IncomingMessage]>
  Readable.from(chunks(), { highWaterMark: 1 }).pipe(upload)
  const upstream = await asked.promise
  const still = await untilStill(house, () => sent)
  t.true(still > 0 && still < BUFFERED, `${still}`)
  upstream.emit('resume')
  const [answer] = await answering
  t.is(Buffer.concat(await answer.toArray()).toString(), hash.digest('hex'))
})

test('answers without a body have none, whatever their headers say', async (t) => {
  const house = await startBeforeListener(t, ({ url, method }, response) => {
    if (url === '/open/204') response.writeHead(204).end()
    else if (url === '/open/304') response.writeHead(304, { ETag: '"a"', 'Content-Length': 7 }).end()
    else response.writeHead(200, { 'Content-Length': 7 }).end(method === 'HEAD' ? '' : 'content')
  })
  const client = await openRaw(house)
  t.is((await client.send(rawRequest('GET /open/204')).answer()).status, 204)
  const unchanged = await client.send(rawRequest('GET /open/304')).answer()
  t.deepEqual([unchanged.status, unchanged.header('etag')], [304, ['"a"']])
  const head = await client.send(rawRequest('HEAD /open/x')).answer({ head: true })
  t.deepEqual([head.status, head.header('content-length')], [200, ['7']])
  t.is((await client.send(rawRequest('GET /open/x')).answer()).body, 'content')
  t.is(client.received, '')
})

test('headers come back as the upstream spelled them, each as often, but for those of its own connection', async (t) => {
  const house = await startBeforeListener(t, (_, response) => {
    response.sendDate = false
    const own = [
      'Connection',
      'keep-alive, X-Hop',
      'X-Hop',
      '1',
      'Proxy-Authenticate',
      'Basic',
      'Keep-Alive',
      'timeout=9',
    ]
    const rest = ['Set-Cookie', 'a=1; Path=/', 'set-COOKIE', 'b=2', 'X-Name', 'B\xfcro', 'Vary', 'A', 'Vary', 'B']
    response.writeHead(200, 'Fine with me', [...own, ...rest, 'Content-Length', '2']).end(Buffer.from('ok'))
  })
  const { rawHeaders } = await exchangeRaw(house, rawRequest('GET /open/x'))
  const named = (name: string) => rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1] === name)
  t.deepEqual([named('Set-Cookie'), named('set-COOKIE')], [['a=1; Path=/'], ['b=2']])
  t.deepEqual([named('X-Name'), named('Vary'), named('Content-Length')], [['B\xfcro'], ['A', 'B'], ['2']])
  t.deepEqual([named('X-Hop'), named('Proxy-Authenticate'), named('Keep-Alive')], [[], [], ['timeout=30']])
  t.is(named('Connection').join(), 'keep-alive')
})

test('an answer keeps its framing: a length stays a length, chunks stay chunks', async (t) => {
  const house = await startBeforeListener(t, ({ url }, response) => {
    if (url === '/open/length') response.setHeader('Content-Length', 5)
    else response.write('')
    response.write('he')
    response.end('llo')
  })
  const length = await exchangeRaw(house, rawRequest('GET /open/length'))
  t.deepEqual([length.body, length.header('content-length'), length.header('transfer-encoding')], ['hello', ['5'], []])
  const chunked = await exchangeRaw(house, rawRequest('GET /open/chunks'))
  t.deepEqual([chunked.body, chunked.header('content-length')], ['hello', []])
  t.deepEqual(chunked.header('transfer-encoding'), ['chunked'])
})

test('an informational answer of the upstream is not taken for the answer', async (t) => {
  const house = await startBeforeListener(t, (_, response) => {
    response.writeProcessing()
    response.writeEarlyHints({ link: '</a.css>; rel=preload' })
    response.end('at last')
  })
  const { status, body, header } = await exchangeRaw(house, rawRequest('GET /open/x'))
  t.deepEqual([status, body, header('link')], [200, 'at last', []])
})

test('an answer that comes before the request is all sent still reaches the client', async (t) => {
  const house = await startBeforeListener(t, (_, response) => {
    response.writeHead(413, { Connection: 'close', 'Content-Length': 9 }).end('too large')
  })
  const client = await openRaw(house)
  client.send(rawRequest('POST /open/x', ['Content-Length: 1000000'], 'only the beginning'))
  const { status, body } = await client.answer()
  t.deepEqual([status, body], [413, 'too large'])
  client.socket.destroy()
})
