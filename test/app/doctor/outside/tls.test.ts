import type { TlsOptions } from 'node:tls'
import test, { type ExecutionContext } from 'ava'
import { CHAIN } from '../../../../src/app/doctor/outside/chain.ts'
import type { Handshake } from '../../../../src/app/doctor/outside/shake-hands.ts'
import { judgeTls, type Offer, TLS } from '../../../../src/app/doctor/outside/tls.ts'
import { makeChain } from '../../../support/certificate-chain.ts'
import { configOf, waysTo } from '../../../support/patient.ts'
import { findProgram } from '../../../support/program.ts'
import { INTERMEDIATE, makeLeaf } from '../../../support/public-certificates.ts'
import { startTlsServer } from '../../../support/tls-server.ts'

const DONE: Handshake = { kind: 'done', protocol: 'TLSv1.2', cipher: 'x', sent: [] }
const FAILED: Handshake = { kind: 'no-handshake', why: 'the server refused the handshake: handshake failure' }
const GOOD: Record<Offer, Handshake> = { 'TLS 1.2': DONE, 'TLS 1.3': DONE, CBC: DONE, RSA: DONE, 'TLS 1.1': FAILED }

const told = (change: Partial<Record<Offer, Handshake>>) =>
  judgeTls({ ...GOOD, ...change }).map(({ verdict, found }) => `${verdict}: ${found}`)

test('TLS 1.2 is what matters; what else is missing is to be kept in mind', (t) => {
  t.deepEqual(told({}), ['good: TLS 1.2 and 1.3 are spoken, and suites with CBC and clients of RSA alone.'])
  t.deepEqual(told({ 'TLS 1.3': FAILED }), ['good: TLS 1.2 is spoken, and suites with CBC and clients of RSA alone.'])
  const [old, ...more] = told({ 'TLS 1.2': FAILED, CBC: FAILED, RSA: FAILED })
  t.is(old, 'fault: TLS 1.2 is refused (the server refused the handshake: handshake failure).')
  t.deepEqual(more, [])
  t.regex(told({ CBC: FAILED })[1]!, /^attention: suites with CBC are refused/)
  t.regex(told({ RSA: FAILED })[1]!, /^attention: there is no RSA certificate/)
  t.regex(told({ 'TLS 1.1': DONE })[1]!, /^attention: TLS 1\.1 or older is accepted/)
})

const LEAF = makeLeaf()
const FULL = { key: LEAF.key, cert: LEAF.pem + INTERMEDIATE.pem }

async function look(t: ExecutionContext, options: TlsOptions, examination = TLS) {
  const port = await startTlsServer(t, { ...FULL, ...options })
  const environment = { now: Date.now } as never
  const patient = { config: configOf(t), configFile: '', environment, reach: 'everything', ways: waysTo(port) } as const
  return (await examination.look(patient)).map(({ verdict, found }) => `${verdict}: ${found}`)
}

test('a server of TLS 1.3 alone is found, and its chain is not guessed at', async (t) => {
  const [one, ...more] = await look(t, { minVersion: 'TLSv1.3' })
  t.is(one, 'fault: TLS 1.2 is refused (the server refused the handshake: protocol version).')
  t.deepEqual(more, [])
  t.regex(
    (await look(t, { minVersion: 'TLSv1.3' }, CHAIN))[0]!,
    /^unseen: its certificates can't be looked at as Alexa does/,
  )
})

test('a server without CBC, one of TLS 1.2 alone and one that speaks what is old are found', async (t) => {
  const modern = await look(t, { ciphers: 'TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256' })
  t.is(modern[0], 'good: TLS 1.2 and 1.3 are spoken, and clients of RSA alone.')
  t.regex(modern[1]!, /^attention: suites with CBC are refused/)
  t.is(modern.length, 2)
  const twelve = await look(t, { maxVersion: 'TLSv1.2' })
  t.regex(twelve[0]!, /^good: TLS 1\.2 is spoken/)
  t.is(twelve.length, 1)
  const old = await look(t, { minVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' })
  t.regex(old[1]!, /^attention: TLS 1\.1 or older is accepted/)
})

test('a server with an EC certificate alone is found', async (t) => {
  const openssl = findProgram(t, 'openssl', 'openssl')
  if (openssl === undefined) return
  const { pushed } = makeChain(t, openssl, 'ec', ['dev.jasonhollis.com'])
  const found = await look(t, { key: pushed.key, cert: pushed.certificate })
  t.is(found[0], 'good: TLS 1.2 and 1.3 are spoken, and suites with CBC.')
  t.regex(found[1]!, /^attention: there is no RSA certificate/)
})
