import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import test, { type ExecutionContext } from 'ava'
import type { Patient, Ways } from '../../../../src/app/doctor/examination.ts'
import { placesOf } from '../../../../src/app/doctor/outside/places-of.ts'
import { judgeReach, REACHING, type ReachFacts } from '../../../../src/app/doctor/outside/reaching.ts'
import type { Handshake } from '../../../../src/app/doctor/outside/shake-hands.ts'
import { STATE } from '../../../../src/app/doctor/outside/state.ts'
import { freePort } from '../../../support/free-port.ts'
import { behind, configOf, startHealthy, startProxy, waysTo } from '../../../support/patient.ts'

const DONE: Handshake = { kind: 'done', protocol: 'TLSv1.3', cipher: 'x', sent: [] }
const TIMED_OUT: Handshake = { kind: 'timed-out', why: 'nothing answered' }
const tried = (...handshakes: Handshake[]): ReachFacts['reach'] => ({
  kind: 'tried',
  tries: handshakes.map((handshake, i) => ({ place: { host: `93.184.215.${14 + i}`, port: 443 }, handshake })),
})
const FACTS: ReachFacts = {
  publicUrl: 'https://dev.jasonhollis.com',
  reach: tried(DONE),
  local: { kind: 'listens', port: 8443 },
  whose: 'this',
  isDirect: () => false,
}
const told = (change: Partial<ReachFacts>) =>
  judgeReach({ ...FACTS, ...change }).map(({ verdict, found }) => `${verdict}: ${found}`)

test('whose answer it is decides: this gateway, something else, or nobody can tell', (t) => {
  t.deepEqual(told({}), ['good: https://dev.jasonhollis.com leads to this gateway.'])
  t.regex(told({ whose: 'another' })[0]!, /^fault: .* is answered by something else than this gateway/)
  t.regex(told({ whose: 'unknown' })[0]!, /^good: .* answers; whether it is this gateway/)
})

test('what is not reached from here may be reached from outside, unless nothing stands between', (t) => {
  const [nat] = judgeReach({ ...FACTS, reach: tried(TIMED_OUT) })
  t.is(nat!.verdict, 'unseen')
  t.regex(nat!.needs!, /forwards its port 443 to this machine, port 8443/)
  t.regex(nat!.remedy!, /on a phone with Wi-Fi switched off.*--through 127\.0\.0\.1:8443$/)
  t.regex(nat!.found, /the router does not let its own network in/)
  const refused: Handshake = { kind: 'refused', why: 'the connection was refused' }
  t.regex(told({ reach: tried(refused) })[0]!, /^unseen: .* refused\. Either 443 is not forwarded, or the router/)
  const [own] = judgeReach({ ...FACTS, reach: tried(TIMED_OUT), isDirect: () => true })
  t.is(own!.verdict, 'fault')
  t.regex(own!.remedy!, /firewall/)
})

test('a port that takes connections but speaks no TLS is a fault', (t) => {
  const plain: Handshake = { kind: 'no-handshake', why: 'wrong version number' }
  t.regex(
    told({ reach: tried(plain) })[0]!,
    /^fault: 93\.184\.215\.14:443 takes connections, but no TLS: wrong version/,
  )
})

test('one address of several that is not reached is told, beside the one that is', (t) => {
  const [failed, reached, ...more] = told({ reach: tried(DONE, TIMED_OUT) })
  t.deepEqual(more, [])
  t.regex(failed!, /^unseen: 93\.184\.215\.15:443 can't be reached from here/)
  t.is(reached, 'good: https://dev.jasonhollis.com leads to this gateway at 93.184.215.14:443.')
})

test('a gateway that does not run is a fault, but for one that answers all the same', (t) => {
  const local = { kind: 'silent', port: 8443 } as const
  t.regex(told({ local, whose: 'unknown', reach: tried(TIMED_OUT) })[0]!, /^fault: nothing listens on port 8443/)
  t.regex(told({ local, whose: 'unknown', reach: { kind: 'no-address' } })[1]!, /^unseen: .* leads nowhere/)
  t.regex(told({ local, reach: { kind: 'dns-failed', why: 'x' } })[1]!, /^unseen: nobody could be asked where .*: x\.$/)
  t.is(told({ local }).length, 1)
})

const look = async (patient: Patient) =>
  (await REACHING.look(patient)).map(({ verdict, found }) => `${verdict}: ${found}`)

test('this gateway is recognised through a proxy, another one and a page of a router are not', async (t) => {
  const { house, patient } = await startHealthy(t)
  const { house: other } = await startHealthy(t)
  t.regex((await look({ ...patient }))[0]!, /^good: .* leads to this gateway/)
  t.regex((await look(behind(patient, await startProxy(t, house))))[0]!, /^good: .* leads to this gateway/)
  t.regex((await look(behind(patient, other.port)))[0]!, /^fault: .* answered by something else/)
  const page = { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>FRITZ!Box</html>' }
  const router = await startProxy(t, house, { ask: () => page })
  t.regex((await look(behind(patient, router)))[0]!, /^fault: .* answered by something else/)
})

test('a closed port and one without TLS are found, and all else is not looked at then', async (t) => {
  const { patient } = await startHealthy(t)
  const closed = behind(patient, await freePort())
  t.regex((await look(closed))[0]!, /^fault: 127\.0\.0\.1:\d+ can't be reached: the connection was refused/)
  t.like(await STATE.look(closed), [{ verdict: 'unseen', id: 'state' }])
  const plain = await startPlain(t)
  t.regex((await look(behind(patient, plain)))[0]!, /^fault: 127\.0\.0\.1:\d+ takes connections, but no TLS/)
})

test('a router that does not let its own network in is told from a firewall', async (t) => {
  const { patient } = await startHealthy(t)
  const public_url = `https://dev.jasonhollis.com:${await freePort()}`
  // Of this machine, but on none of its interfaces.
  const ways = { ...waysTo(1), connectTo: undefined, resolve: async () => ['127.0.0.77'] }
  const [one] = await REACHING.look({ ...patient, config: { ...patient.config, public_url }, ways })
  t.like(one, { verdict: 'unseen' })
  t.regex(one!.found, /^127\.0\.0\.77:\d+ can't be reached from here: the connection was refused\. Either 443/)
})

test('where the own network has another address, that of outside comes first', async (t) => {
  const config = configOf(t)
  const ways: Ways = {
    ...waysTo(1),
    connectTo: undefined,
    resolve: async (_, family) => (family === 4 ? ['192.168.1.10'] : []),
    resolveOutside: async () => ['93.184.215.14'],
  }
  t.deepEqual(await placesOf({ config, ways } as Patient), [
    { host: '93.184.215.14', port: 443 },
    { host: '192.168.1.10', port: 443 },
  ])
})

test('where no gateway runs, that is said', async (t) => {
  const { patient, house, closeControl } = await startHealthy(t)
  const port = await freePort()
  await closeControl()
  await house.gateway.close()
  const config = { ...patient.config, listen: { ...patient.config.listen, https: { host: '0.0.0.0', port } } }
  const found = await look({ ...behind(patient, port), config })
  t.is(found[0], `fault: nothing listens on port ${port} of this machine.`)
})

/** Greets in its own way. */
async function startPlain(t: ExecutionContext): Promise<number> {
  const server = createServer((socket) => socket.on('error', () => {}).end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  return (server.address() as AddressInfo).port
}
