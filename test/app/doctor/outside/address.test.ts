import test, { type ExecutionContext } from 'ava'
import { openWays } from '../../../../src/app/doctor/open-ways.ts'
import { ADDRESS, judgeAddress, type NameFacts } from '../../../../src/app/doctor/outside/address.ts'
import { resolversAt, startDnsServer, type Zone } from '../../../support/dns-server.ts'
import { configOf } from '../../../support/patient.ts'

const PUBLIC = '93.184.215.14'
const HOST = 'dev.jasonhollis.com'
const FACTS: NameFacts = { host: HOST, four: [PUBLIC], six: [], own: ['192.168.1.10', '127.0.0.1'] }

const judged = (change: Partial<NameFacts>) => judgeAddress({ ...FACTS, ...change })
const verdicts = (change: Partial<NameFacts>) => judged(change).map(({ verdict }) => verdict)

test('a public IPv4 address is good, more of them too, and one that this machine has is said to be its own', (t) => {
  t.deepEqual(verdicts({}), ['good'])
  t.deepEqual(verdicts({ four: [PUBLIC, '93.184.215.15'] }), ['good'])
  t.regex(judged({})[0]!.found, /whether it leads to this machine, "Reaching it" tells/)
  t.regex(judged({ own: [PUBLIC] })[0]!.found, /which this machine has itself/)
})

test('each kind of address that nobody outside reaches is a fault with its own words and its own remedy', (t) => {
  const told = (address: string) => {
    const [one, ...more] = judged({ four: [address] })
    t.is(more.length, 0)
    t.is(one!.verdict, 'fault')
    t.regex(one!.needs ?? '', /public IPv4 address/)
    t.regex(one!.remedy ?? '', /dig \+short A dev\.jasonhollis\.com/)
    return `${one!.found} ${one!.remedy}`
  }
  t.regex(told('192.168.178.20'), /your own network.*router's public address/)
  t.regex(told('100.72.1.1'), /CGNAT.*ask your provider for a public IPv4 address/)
  t.regex(told('127.0.0.1'), /each machine's own address/)
  t.regex(told('169.254.3.3'), /gives itself/)
  t.regex(told('192.0.2.1'), /nobody's address/)
})

test('one of several that is not public is a fault, for Amazon may take it', (t) => {
  const [one, ...more] = judged({ four: [PUBLIC, '10.0.0.5'] })
  t.is(more.length, 0)
  t.is(one!.verdict, 'fault')
  t.regex(one!.found, /10\.0\.0\.5.*Amazon may take that one/)
})

test('a name without an address, and one of IPv6 alone, are faults', (t) => {
  t.deepEqual(verdicts({ four: [] }), ['fault'])
  t.regex(judged({ four: [] })[0]!.found, /has no address/)
  const [six] = judged({ four: [], six: ['2606:2800::1'] })
  t.is(six!.verdict, 'fault')
  t.regex(six!.found, /IPv6 addresses alone: 2606:2800::1/)
})

test('a bare address in the public URL is a fault', (t) => {
  for (const host of ['93.184.215.14', '2606:2800::1']) {
    const [one, ...more] = judged({ host, four: [], six: [] })
    t.deepEqual(more, [])
    t.like(one, { verdict: 'fault', found: `public_url has the address ${host} in it, and no name.` })
  }
})

test('an IPv6 address that nobody reaches is to be kept in mind', (t) => {
  t.deepEqual(verdicts({ six: ['2606:2800::1'] }), ['good'])
  t.deepEqual(verdicts({ six: ['fd00::1'] }), ['good', 'attention'])
})

test('an address of the own network inside is good where the domain itself tells a public one', (t) => {
  t.deepEqual(verdicts({ four: ['192.168.1.10'], outside: [PUBLIC] }), ['good'])
  t.regex(judged({ four: ['192.168.1.10'], outside: [PUBLIC] })[0]!.found, /93\.184\.215\.14 outside/)
  t.deepEqual(verdicts({ four: ['192.168.1.10'], outside: ['192.168.1.10'] }), ['fault'])
  t.deepEqual(verdicts({ four: ['192.168.1.10'], outside: [] }), ['fault'])
})

async function look(t: ExecutionContext, zone: Zone, owners: Record<string, string> = {}) {
  const server = await startDnsServer(t, zone)
  const ways = openWays(undefined, resolversAt(server, owners))
  const patient = {
    config: configOf(t),
    configFile: '',
    environment: t.context as never,
    reach: 'everything',
    ways,
  } as const
  return (await ADDRESS.look(patient)).map(({ verdict, found }) => `${verdict}: ${found}`)
}

test('name servers are asked: an address, none, a lie, and none that answers', async (t) => {
  t.regex((await look(t, { [HOST]: { A: [PUBLIC] } }))[0]!, /^good: .* leads to 93\.184\.215\.14/)
  t.regex((await look(t, {}))[0]!, /^fault: .* has no address/)
  t.regex((await look(t, { [HOST]: {} }))[0]!, /^fault: .* has no address/)
  t.regex((await look(t, { [HOST]: { A: ['100.64.1.2'] } }))[0]!, /^fault: .*CGNAT/)
  t.regex((await look(t, { [HOST]: { AAAA: ['2606:2800::1'] } }))[0]!, /^fault: .*IPv6 addresses alone/)
  t.regex((await look(t, { [HOST]: 'fails' }))[0]!, /^unseen: no name server could be asked/)
})

test("a name server of the home that has another address is seen through: the domain's own is asked", async (t) => {
  const outside = await startDnsServer(t, { [HOST]: { A: [PUBLIC] } })
  const home: Zone = {
    [HOST]: { A: ['192.168.1.10'] },
    'jasonhollis.com': { NS: ['ns1.example.net'] },
    'ns1.example.net': { A: ['192.0.2.53'] },
  }
  t.regex(
    (await look(t, home, { '192.0.2.53': outside }))[0]!,
    /^good: .* leads to 93\.184\.215\.14 outside, and to 192\.168\.1\.10/,
  )
})
