import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import test, { type ExecutionContext } from 'ava'
import { fetchRenewalInfo } from '../../../src/certificates/acme/fetch-renewal-info.ts'
import { OrderError, type OrderRequest } from '../../../src/certificates/acme/order.ts'
import { orderCertificate } from '../../../src/certificates/acme/order-certificate.ts'
import { readDirectory } from '../../../src/certificates/acme/read-directory.ts'
import { systemEnvironment } from '../../../src/config/environment.ts'
import { makeLeaf, ROOT } from '../../support/public-certificates.ts'

/** One at a time: acme-client has one connection for a process. */
const serial = test.serial
const PKCS8 = { type: 'pkcs8', format: 'pem' } as const
const NAME = 'music.example.org'
const accountKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export(PKCS8).toString()
const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export(PKCS8).toString()

/** What is answered: JSON, text as it is, or what a function does. */
type Said = object | string | null | ((answer: ServerResponse, request: IncomingMessage) => void)

/** A CA that does as it should, but for what a test has it say. @param change by path */
async function startCa(t: ExecutionContext, change: Record<string, Said> = {}) {
  const own = makeLeaf({ names: ['localhost'], by: ROOT })
  const asked: string[] = []
  const server = createServer({ cert: own.pem, key: own.key }, (request, answer) => {
    const path = request.url ?? ''
    const url = (to: string) => `https://localhost:${(server.address() as AddressInfo).port}${to}`
    asked.push(path)
    const usual: Record<string, Said> = {
      '/directory': {
        newNonce: url('/nonce'),
        newAccount: url('/account'),
        newOrder: url('/new-order'),
        renewalInfo: url('/renewal'),
      },
      '/nonce': '',
      '/account': { status: 'valid' },
      '/account/1': { status: 'valid' },
      '/new-order': { status: 'pending', authorizations: [url('/authorization')], finalize: url('/finalize') },
      '/order': { status: 'ready', authorizations: [url('/authorization')], finalize: url('/finalize') },
      '/authorization': { status: 'valid', identifier: { type: 'dns', value: NAME }, challenges: [] },
      '/finalize': { status: 'valid', certificate: url('/certificate'), finalize: url('/finalize') },
      '/certificate': own.pem,
    }
    const said = Object.hasOwn(change, path) ? change[path] : usual[path]
    answer.setHeader('Replay-Nonce', `nonce${asked.length}`)
    if (path === '/account') answer.setHeader('Location', url('/account/1'))
    if (path === '/new-order' || path === '/finalize') answer.setHeader('Location', url('/order'))
    request.resume()
    if (typeof said === 'function') return said(answer, request)
    if (said === undefined) return answer.writeHead(404).end()
    answer.setHeader('Content-Type', typeof said === 'string' ? 'text/html' : 'application/json')
    answer.writeHead(path === '/new-order' ? 201 : 200).end(typeof said === 'string' ? said : JSON.stringify(said))
  })
  server.listen(0, 'localhost')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  const directory = `https://localhost:${(server.address() as AddressInfo).port}/directory`
  const request: OrderRequest = {
    ...{ directory, roots: ROOT.pem, userAgent: 'Skillgate/test', accountKey, termsOfServiceAgreed: true },
    ...{ challenge: 'http-01', names: [NAME], key },
  }
  return { request, asked }
}

const order = (request: OrderRequest) => orderCertificate(request, { tell: () => {} }, systemEnvironment)

const endless: Said = (answer) => {
  answer.setHeader('Content-Type', 'application/json')
  const more = () => {
    while (!answer.destroyed && answer.write('['.repeat(65_536)));
  }
  answer.on('drain', more)
  more()
}

const NO_DIRECTORY = /is not the directory of a CA: look at "tls\.directory"/

const SAID: [what: string, change: Record<string, Said>, words: RegExp][] = [
  ['the page of a captive portal', { '/directory': '<html>Sign in to this network</html>' }, NO_DIRECTORY],
  ['nothing', { '/directory': '' }, NO_DIRECTORY],
  ['null', { '/directory': null }, NO_DIRECTORY],
  ['a list', { '/directory': [] }, NO_DIRECTORY],
  ['a directory of numbers', { '/directory': { newOrder: 7 } }, NO_DIRECTORY],
  [
    'that it wants an account of its web site',
    { '/directory': { newOrder: 'x', meta: { externalAccountRequired: true } } },
    /wants an account made at its web site first/,
  ],
  ['null for what it is', { '/directory': { newOrder: 'https://x.invalid', meta: null } }, /could not be/],
  ['brackets without end', { '/directory': endless }, /could not be asked: maxContentLength/],
  [
    'to look elsewhere, without end',
    { '/directory': (answer) => answer.writeHead(302, { Location: '/directory' }).end() },
    /could not be asked: .*redirects/,
  ],
  ['503 with a page', { '/directory': (answer) => answer.writeHead(503).end('<html>') }, /answered 503/],
  [
    'that no nonce is good',
    {
      '/account': (answer) =>
        answer
          .writeHead(400, { 'Content-Type': 'application/problem+json' })
          .end('{"type":"urn:ietf:params:acme:error:badNonce","detail":"no"}'),
    },
    /says "no" \(badNonce\)/,
  ],
  ['an order that is a page', { '/new-order': '<html>' }, /what no CA does/],
  ['null for an order', { '/new-order': null }, /what no CA does/],
  ['a number for what is to be proven', { '/new-order': { status: 'pending', authorizations: 7 } }, /what no CA does/],
  ['null for what is to be proven', { '/authorization': null }, /what no CA does/],
  ['nothing that could prove a name', { '/authorization': { status: 'pending' } }, /what no CA does/],
  ['JSON for a certificate', { '/certificate': { a: 1 } }, /gave something else than a certificate/],
  ['a page for a certificate', { '/certificate': '<html>' }, /gave something else than a certificate/],
  ['a certificate without end', { '/certificate': endless }, /could not be fetched: .*maxContentLength/],
]

for (const [what, change, words] of SAID) {
  serial(`a CA that says ${what} is told of in words, after a few questions`, async (t) => {
    const { request, asked } = await startCa(t, change)
    const error = await t.throwsAsync(order(request), { instanceOf: OrderError })
    t.regex(error?.message ?? '', words)
    t.notRegex(error?.message ?? '', /undefined|TypeError|Cannot read|not iterable|is not a function|destructure/)
    t.true(asked.length < 40, `${asked.length}`)
  })
}

serial('a CA that does as it should gives what it has', async (t) => {
  const { request } = await startCa(t)
  t.regex((await order(request)).certificate, /BEGIN CERTIFICATE/)
})

serial('whatever a CA says of when to renew is no more than an error in words', async (t) => {
  const { pem } = makeLeaf({ names: ['localhost'], by: ROOT })
  for (const said of [null, '<html>', {}, { suggestedWindow: null }, { suggestedWindow: { start: 7, end: {} } }]) {
    const respond: Said = (answer) => answer.setHeader('Content-Type', 'application/json').end(JSON.stringify(said))
    const { request } = await startCa(t, { '/renewal': respond })
    const info = await fetchRenewalInfo(request, pem, systemEnvironment)
    t.is(info.window, undefined)
  }
})

serial('a directory without end is not read to its end', async (t) => {
  const { request } = await startCa(t, { '/directory': endless })
  await t.throwsAsync(readDirectory(request.directory, request), { message: /longer than any directory/ })
})

serial('a CA that is never done is not asked without a pause, whatever it says of when', async (t) => {
  for (const retryAfter of ['0', '-5', 'Thu, 01 Jan 1970 00:00:00 GMT']) {
    const asked: number[] = []
    const pending: Said = (answer) => {
      asked.push(performance.now())
      const status = asked.length < 4 ? 'pending' : 'invalid'
      answer.setHeader('Content-Type', 'application/json').setHeader('Retry-After', retryAfter)
      answer.end(JSON.stringify({ status, authorizations: [], finalize: 'https://localhost/' }))
    }
    const { request } = await startCa(t, { '/new-order': { status: 'pending', authorizations: [] }, '/order': pending })
    await t.throwsAsync(order(request), { message: /^The order failed:/ })
    const pauses = asked.slice(1).map((at, index) => at - (asked[index] as number))
    t.true(
      pauses.every((pause) => pause > 400),
      pauses.join(', '),
    )
  }
})
