import { X509Certificate } from 'node:crypto'
import { appendFileSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import test from 'ava'
import type { Patient } from '../../../../src/app/doctor/examination.ts'
import { examine } from '../../../../src/app/doctor/examine.ts'
import { judgeAddress } from '../../../../src/app/doctor/outside/address.ts'
import { judgeChain } from '../../../../src/app/doctor/outside/judge-chain.ts'
import { LOOKS_FROM_OUTSIDE } from '../../../../src/app/doctor/outside/looks-from-outside.ts'
import { judgePort } from '../../../../src/app/doctor/outside/port.ts'
import { judgeReach } from '../../../../src/app/doctor/outside/reaching.ts'
import { auditFile } from '../../../../src/telemetry/audit-files.ts'
import { freePort } from '../../../support/free-port.ts'
import { behind, configOf, startHealthy, startProxy, waysTo } from '../../../support/patient.ts'
import { INTERMEDIATE, makeLeaf, ROOT } from '../../../support/public-certificates.ts'

const HOST = 'dev.jasonhollis.com'
const LOOKS = LOOKS_FROM_OUTSIDE.filter(({ id }) => id !== 'attempts')

/** What is not good, as `id: verdict`. */
async function troublesOf(patient: Patient): Promise<string[]> {
  const examined = await examine(patient, LOOKS)
  return examined.flatMap(({ findings }) =>
    findings.filter(({ verdict }) => verdict !== 'good').map(({ id, verdict, found }) => `${id}: ${verdict}: ${found}`),
  )
}

/** Of this machine, but on none of its interfaces: a router's address, which nobody answers at from inside. */
async function behindRouter(patient: Patient): Promise<Patient> {
  const public_url = `https://${HOST}:${await freePort()}`
  const ways = {
    ...waysTo(1),
    connectTo: undefined,
    resolve: async (_: string, family: 4 | 6) => (family === 4 ? ['127.0.0.77'] : []),
  }
  return { ...patient, config: { ...patient.config, public_url }, ways }
}

/** As Amazon's servers leave it in the trail. */
function letAmazonCome({ config, environment }: Patient, address: string, agoMs = 60_000): void {
  const time = new Date(environment.now() - agoMs).toISOString()
  const file = auditFile(config.data_dir)
  mkdirSync(dirname(file), { recursive: true })
  const client = config.oauth.clients[0]!.id
  appendFileSync(file, `${JSON.stringify({ time, event: 'tokens_refreshed', address, client, scopes: [] })}\n`)
}

test('behind a router that lets nobody in from inside, all else is looked at here, and that Amazon came is proof enough', async (t) => {
  const { patient } = await startHealthy(t)
  const home = await behindRouter(patient)
  // Its port is no 443, so that another test may have that.
  const told = async (one: Patient) =>
    (await troublesOf({ ...one })).filter((line) => !/^(port|address):/.test(line)).map((line) => line.slice(0, 16))
  t.deepEqual(await told(home), ['reaching: unseen'])
  letAmazonCome(home, '192.168.1.30')
  t.deepEqual(await told(home), ['reaching: unseen'], 'somebody at home is no proof')
  letAmazonCome(home, '54.240.197.1', 2 * 86_400_000)
  t.deepEqual(await told(home), ['reaching: unseen'], 'nor is the day before yesterday')
  letAmazonCome(home, '54.240.197.1')
  t.deepEqual(await told(home), [])
})

test('where a proxy of the home stands in front, what the gateway has itself is not taken for what Alexa sees', async (t) => {
  const { patient } = await startHealthy(t)
  const home = await behindRouter(patient)
  const listen = {
    ...home.config.listen,
    trusted_proxies: [{ address: '192.168.1.2', prefix: 32, family: 'ipv4' as const }],
  }
  const examined = await examine({ ...home, config: { ...home.config, listen } }, LOOKS)
  t.is(examined.find(({ id }) => id === 'state')?.findings[0]?.verdict, 'unseen')
})

test('a gateway that expects the PROXY protocol of this machine is looked at with a header', async (t) => {
  const { patient } = await startHealthy(t, (config) => {
    Object.assign(config.listen, { proxy_protocol: true, trusted_proxies: ['127.0.0.1'] })
  })
  t.deepEqual(await troublesOf(patient), [])
})

test('through a proxy in front, with a wildcard certificate, with an elliptic one beside: nothing that stands in the way', async (t) => {
  const { house, patient } = await startHealthy(t)
  const wildcard = makeLeaf({ names: ['*.jasonhollis.com'] })
  const proxy = await startProxy(t, house, { tls: { cert: wildcard.pem + INTERMEDIATE.pem, key: wildcard.key } })
  t.deepEqual(await troublesOf(behind(patient, proxy)), [])
})

test('addresses of ordinary homes: IPv4 alone, IPv6 as well, several of a CDN, split DNS', (t) => {
  const four = ['104.21.32.1', '172.67.180.9']
  const homes = [
    { four: ['93.184.215.14'], six: [] },
    { four: ['93.184.215.14'], six: ['2606:2800:21f:cb07::1'] },
    { four, six: ['2606:4700:3030::6815:2001'] },
    { four: ['192.168.178.20'], six: [], outside: ['93.184.215.14'] },
  ]
  for (const home of homes)
    t.deepEqual(
      judgeAddress({ host: HOST, own: [], ...home }).map(({ verdict }) => verdict),
      ['good'],
      JSON.stringify(home),
    )
  t.deepEqual(judgeAddress({ host: 'home.duckdns.org', own: [], four: ['93.184.215.14'], six: [] })[0]?.verdict, 'good')
})

test('443 of the router leads to 8443 here, in a container or in an add-on, without a word', (t) => {
  const config = configOf(t)
  for (const host of ['0.0.0.0', '::', '192.168.1.10'])
    t.is(judgePort({ ...config, listen: { ...config.listen, https: { host, port: 8443 } } })[0]?.verdict, 'good', host)
})

test('a certificate of a day ago, for several names, is good; what is said of it never fails a home', (t) => {
  const leaf = makeLeaf({ names: ['home.duckdns.org', '*.home.duckdns.org', HOST], from: -1, until: 89 })
  const sent = [leaf.pem, INTERMEDIATE.pem].map((pem) => new X509Certificate(pem))
  const judged = judgeChain({ host: HOST, sent, roots: [ROOT.pem], now: Date.now() })
  t.deepEqual(
    judged.map(({ verdict }) => verdict),
    ['good'],
  )
})

test('with tls: none the router is to lead to the proxy, and not to the plain port of this machine', (t) => {
  const place = { host: '93.184.215.14', port: 443 }
  const [one] = judgeReach({
    publicUrl: `https://${HOST}`,
    reach: { kind: 'tried', tries: [{ place, handshake: { kind: 'timed-out', why: 'nothing answered' } }] },
    local: { kind: 'listens', port: 8081, isPlain: true },
    whose: 'unknown',
    isDirect: () => false,
  })
  t.regex(one?.needs ?? '', /to the proxy in front of the gateway\.$/)
  t.notRegex(one?.remedy ?? '', /8081/)
})
