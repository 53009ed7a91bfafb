import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import test, { type ExecutionContext } from 'ava'
import { examine } from '../../../../src/app/doctor/examine.ts'
import { answerProblem } from '../../../../src/app/doctor/outside/answer-problem.ts'
import { askPublic } from '../../../../src/app/doctor/outside/ask-public.ts'
import { LOOKS_FROM_OUTSIDE } from '../../../../src/app/doctor/outside/looks-from-outside.ts'
import { pathToRoot } from '../../../../src/app/doctor/outside/path-to-root.ts'
import { placesOf } from '../../../../src/app/doctor/outside/places-of.ts'
import { behind, configOf, startHealthy, waysTo } from '../../../support/patient.ts'
import { INTERMEDIATE, makeAuthority, makeLeaf } from '../../../support/public-certificates.ts'

/** Something in the place of the gateway. @returns its port. */
async function startEnemy(t: ExecutionContext, answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const leaf = makeLeaf()
  const server = createServer({ cert: leaf.pem + INTERMEDIATE.pem, key: leaf.key }, answer)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

test('whoever dribbles for ever is given up on, and so is whoever says too much', async (t) => {
  const { patient } = await startHealthy(t)
  const dribbler = await startEnemy(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const timer = setInterval(() => response.write(' '), 20)
    response.once('close', () => clearInterval(timer))
  })
  const place = (port: number) => ({ host: '127.0.0.1', port })
  await t.throwsAsync(askPublic(patient, place(dribbler), { path: '/' }, 1000), {
    message: /no whole answer within 1 s/,
  })
  const flood = await startEnemy(t, (_, response) => {
    const more = () => {
      while (response.write(Buffer.alloc(65_536, ' ')));
    }
    response.on('drain', more)
    more()
  })
  await t.throwsAsync(askPublic(patient, place(flood), { path: '/' }), { message: /the answer has no end/ })
})

test('odd answers of a stranger are faults in words, and nothing of the doctor breaks', async (t) => {
  const { patient } = await startHealthy(t)
  for (const [body, status, location] of [
    ['null', 200, undefined],
    ['[]', 200, undefined],
    ['{"error":{"toString":1}}', 401, undefined],
    ['', 302, 'https://elsewhere.example/a?secret=1'],
  ] as const) {
    const port = await startEnemy(t, (request, response) => {
      request.resume()
      response.writeHead(status, { 'content-type': 'application/json', ...(location && { location }) }).end(body)
    })
    const examined = await examine(behind(patient, port), LOOKS_FROM_OUTSIDE)
    const findings = examined.flatMap((one) => one.findings)
    t.is(findings.find(({ id }) => id === 'token-request')?.verdict, 'fault', body)
    t.false(
      findings.some(({ found }) => /TypeError|undefined|destructure|could not be looked at|secret=1/.test(found)),
      body,
    )
  }
  t.truthy(answerProblem({ status: 200, headers: { 'content-type': 'application/json' }, text: 'null', tookMs: 1 }))
})

test('of a thousand addresses a few are tried', async (t) => {
  const config = configOf(t)
  const many = Array.from({ length: 1000 }, (_, i) => `93.184.${i >> 8}.${i & 255}`)
  const ways = { ...waysTo(1), connectTo: undefined, resolve: async () => many }
  const patient = { ...(await startHealthy(t)).patient, config, ways }
  t.is((await placesOf(patient)).length, 8)
})

test('a chain has an end, however many certificates are sent', (t) => {
  let by = makeAuthority('0')
  const sent = [by]
  for (let i = 1; i < 16; i++) {
    by = makeAuthority(String(i), by)
    sent.unshift(by)
  }
  const { path, isTrusted } = pathToRoot(
    sent.map(({ pem }) => new X509Certificate(pem)),
    [],
  )
  t.is(path.length, 12)
  t.false(isTrusted)
})
