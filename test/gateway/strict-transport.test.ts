import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { makeChain } from '../support/certificate-chain.ts'
import { temporaryFolder } from '../support/environment.ts'
import { startTestHouse } from '../support/gateway.ts'
import { findProgram } from '../support/program.ts'
import { exchangeRaw, rawRequest, UPGRADE } from '../support/raw-client.ts'
import { startUpstream } from '../support/scripted-upstream.ts'

test('with a certificate that everybody trusts, browsers are told to come by https only, whoever answers', async (t) => {
  const openssl = findProgram(t, 'openssl', 'openssl')
  if (openssl === undefined) return
  const { pushed, root } = makeChain(t, openssl, 'ec', ['dev.jasonhollis.com', 'localhost'])
  const folder = temporaryFolder(t)
  const [certificate, key] = ['own.pem', 'own.key'].map((name) => join(folder, name))
  writeFileSync(certificate!, pushed.certificate)
  writeFileSync(key!, pushed.key, { mode: 0o600 })
  const upstream = await startUpstream(t, (_, response) =>
    response.writeHead(200, { 'Strict-Transport-Security': 'max-age=0' }).end('forwarded'),
  )
  const house = await startTestHouse(
    t,
    (config) => {
      config.tls = { source: 'files', certificate, key }
      config.upstreams['music-assistant'].url = upstream.url
    },
    { publicRoots: [root] },
  )
  const said = async (request: string) =>
    (await exchangeRaw({ ...house, ca: root }, request)).header('strict-transport-security')
  const requests = [rawRequest('GET /health'), rawRequest('GET /open/x'), rawRequest('GET /nowhere')]
  for (const request of [...requests, rawRequest('GET /open/x', UPGRADE), rawRequest('GET /health', ['X: \x00'])])
    t.deepEqual(await said(request), ['max-age=15768000'], request)
  const plain = await fetch(`http://localhost:${house.gateway.http!.port}/health`, { redirect: 'manual' })
  t.is(plain.headers.get('strict-transport-security'), null)

  await house.reload((config) => Object.assign(config.tls, { hsts: false }))
  for (const request of requests) t.deepEqual(await said(request), [], request)
})

test('of the local CA, which only those trust who were told to, nothing is said', async (t) => {
  const house = await startTestHouse(t)
  t.deepEqual((await exchangeRaw(house, rawRequest('GET /health'))).header('strict-transport-security'), [])
})
