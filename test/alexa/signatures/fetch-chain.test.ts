import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import test, { type ExecutionContext } from 'ava'
import { type ChainServer, fetchChain } from '../../../src/alexa/signatures/fetch-chain.ts'
import { makeCertificate, ofSigner } from '../../support/alexa-signing.ts'
import { isRefused } from '../../support/refused.ts'

const URL_OF_CHAIN = new URL('https://s3.amazonaws.com/echo.api/echo-api-cert.pem')
const root = makeCertificate({ ca: true, subject: 'Root of the storage' })
const own = makeCertificate({ issuer: root, subject: 'localhost', extensions: ofSigner(['localhost']) })

/** A server of certificates on a free port. */
async function serve(t: ExecutionContext, answer: RequestListener, { cert = own, timeoutMs = 60_000 } = {}) {
  let connections = 0
  const key = cert.key.export({ type: 'pkcs8', format: 'pem' }).toString()
  const server = createServer({ cert: cert.pem, key }, answer)
  server.on('connection', () => connections++)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const from: ChainServer = { host: 'localhost', port, ca: [root.pem], timeoutMs }
  return { fetch: () => fetchChain(URL_OF_CHAIN, from), connections: () => connections }
}

test('what the path has is fetched, and nothing is sent that tells of anybody', async (t) => {
  const seen: unknown[] = []
  const { fetch } = await serve(t, (request, response) => {
    seen.push([request.method, request.url, Object.keys(request.headers).sort()])
    response.end('the chain')
  })
  t.is(await fetch(), 'the chain')
  t.deepEqual(seen, [['GET', '/echo.api/echo-api-cert.pem', ['accept', 'connection', 'host']]])
})

test('a redirect is not followed, and anything but 200 is no chain', async (t) => {
  for (const status of [301, 302, 307, 204, 206, 403, 404]) {
    const { fetch, connections } = await serve(t, (_, response) => {
      response.writeHead(status, { location: '/elsewhere' }).end()
    })
    await isRefused(t, 'chain-not-there', fetch, `${status}`)
    t.is(connections(), 1, `${status}`)
  }
})

test('a fault of the server and a connection that breaks mean that nobody can tell', async (t) => {
  const answers: RequestListener[] = [
    (_, response) => response.writeHead(503).end(),
    (request) => request.socket.destroy(),
    (_, response) => {
      response.writeHead(200, { 'content-length': '1000' }).write('half')
      setImmediate(() => response.destroy())
    },
  ]
  for (const answer of answers) {
    const { fetch } = await serve(t, answer)
    await isRefused(t, 'chain_unavailable', fetch)
  }
})

test('an oversized certificate is not read to its end', async (t) => {
  const { fetch } = await serve(t, (_, response) => {
    const more = () => {
      while (response.write(Buffer.alloc(16_384, 'a'))) {}
    }
    response.on('drain', more)
    more()
  })
  await isRefused(t, 'chain-not-there', fetch)
})

test('a fetch that hangs ends, before and after the head of the answer', async (t) => {
  for (const answer of [() => {}, (_, response) => response.writeHead(200).flushHeaders()] as RequestListener[]) {
    const { fetch } = await serve(t, answer, { timeoutMs: 100 })
    await isRefused(t, 'chain_unavailable', fetch)
  }
})

test('a server with a certificate for another host, or of an unknown CA, is not believed', async (t) => {
  const other = makeCertificate({ issuer: root, extensions: ofSigner(['other.example']) })
  const unknown = makeCertificate({ subject: 'localhost', extensions: ofSigner(['localhost']) })
  for (const cert of [other, unknown]) {
    const { fetch } = await serve(t, (_, response) => response.end('forged'), { cert })
    await isRefused(t, 'chain_unavailable', fetch)
  }
})
