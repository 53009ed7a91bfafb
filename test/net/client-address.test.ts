import test, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import type { AddressRange } from '../../src/net/address-range.ts'
import { clientAddressReader } from '../../src/net/client-address.ts'

const PROXIES: AddressRange[] = [
  { address: '10.0.0.0', prefix: 8, family: 'ipv4' },
  { address: '192.168.1.2', prefix: 32, family: 'ipv4' },
  { address: 'fd00::', prefix: 8, family: 'ipv6' },
]
const PROXY = '10.0.0.1'
const read = clientAddressReader(PROXIES)

/** @param forwardedFor the values of as many headers. */
function clientOf(peer: string | undefined, ...forwardedFor: string[]): string | undefined {
  return read(peer, () => forwardedFor)
}

test('7. what anybody but a trusted proxy says of addresses is not believed', (t) => {
  for (const peer of ['192.0.2.7', '192.168.1.1', '192.168.1.3', '11.0.0.0', '9.255.255.255', '2001:db8::1', 'fe00::'])
    t.is(clientOf(peer, '203.0.113.9'), peer)
})

test('7. where no proxy is trusted, nobody is believed', (t) => {
  const trustNobody = clientAddressReader([])
  for (const peer of ['127.0.0.1', '::1', '10.0.0.1'])
    t.is(
      trustNobody(peer, () => ['203.0.113.9']),
      peer,
    )
  t.is(
    trustNobody('::ffff:127.0.0.1', () => []),
    '127.0.0.1',
  )
})

test('a trusted proxy is believed, in whichever family and spelling it connects', (t) => {
  for (const peer of ['10.0.0.0', '10.255.255.255', '192.168.1.2', '::ffff:192.168.1.2', 'fd00::1', 'fdff::%eth0'])
    t.is(clientOf(peer, '203.0.113.9'), '203.0.113.9', peer)
})

test('a client that goes through the proxy cannot choose its address', (t) => {
  t.is(clientOf(PROXY, '198.51.100.1, 203.0.113.9'), '203.0.113.9')
  t.is(clientOf(PROXY, '198.51.100.1', '203.0.113.9'), '203.0.113.9')
  t.is(clientOf(PROXY, 'unknown, , "x"', '203.0.113.9'), '203.0.113.9')
})

test('behind several trusted proxies it is the last address that is none of theirs', (t) => {
  t.is(clientOf(PROXY, '198.51.100.1, 203.0.113.9, 10.9.9.9', 'fd00::5,192.168.1.2'), '203.0.113.9')
  t.is(clientOf(PROXY, '10.1.1.1, 192.168.1.3, ::ffff:10.2.2.2'), '192.168.1.3')
})

test('9. a proxy that says nothing, or nothing clear, or only of proxies, tells no address', (t) => {
  t.is(clientOf(PROXY), undefined)
  t.is(clientOf(PROXY, '10.0.0.2, 192.168.1.2'), undefined)
  const unclear = ['', ' ', ',', 'a', 'unknown', '_hidden', '203.0.113.256', '203.0.113', '0xcb007109', '3405803785']
  const odd = [
    '203.0.113.9:',
    '203.0.113.9:123456',
    '203.0.113.9:x',
    '[203.0.113.9]',
    '[2001:db8::1',
    '2001:db8::1]',
    '[]',
  ]
  const more = [
    '2001:db8::g',
    'fe80::1%eth0',
    '"203.0.113.9"',
    'for=203.0.113.9',
    '203.0.113.9 x',
    '[::1]x',
    '１.2.3.4',
  ]
  for (const hop of [...unclear, ...odd, ...more]) {
    t.is(clientOf(PROXY, hop), undefined, hop)
    t.is(clientOf(PROXY, '198.51.100.1', hop), undefined, `198.51.100.1 before ${hop}`)
    t.is(clientOf(PROXY, `198.51.100.1, ${hop}, 10.0.0.2`), undefined, `${hop} before 10.0.0.2`)
  }
})

test('an address that came with a port is the address', (t) => {
  t.is(clientOf(PROXY, '203.0.113.9:50123'), '203.0.113.9')
  t.is(clientOf(PROXY, '[2001:db8::1]:50123'), '2001:db8::1')
  t.is(clientOf(PROXY, '[2001:db8::1]'), '2001:db8::1')
  t.is(clientOf(PROXY, '\t203.0.113.9 , 10.0.0.2:1 ,[fd00::1]:1'), '203.0.113.9')
})

test('an address has one spelling, so that nobody counts twice', (t) => {
  for (const spelling of ['2001:DB8:0:0:0:0:0:1', '2001:db8::0001', '2001:db8:0::1'])
    t.is(clientOf(PROXY, spelling), '2001:db8::1')
  for (const spelling of ['::ffff:203.0.113.9', '::FFFF:CB00:7109', '[0:0:0:0:0:ffff:cb00:7109]:1'])
    t.is(clientOf(PROXY, spelling), '203.0.113.9')
  t.is(clientOf('fe80::1%eth0'), 'fe80::1')
  t.is(clientOf('::ffff:203.0.113.9'), '203.0.113.9')
})

test('whoever has gone has no address', (t) => {
  t.is(clientOf(undefined, '203.0.113.9'), undefined)
})

const address = fc.oneof(fc.ipV4(), fc.ipV6())
const anything = fc.oneof(address, fc.string(), fc.string({ unit: fc.constantFrom(...'0123abf:.,[] ') }))

/** A failure says its seed and the smallest counterexample. */
function always<Values extends [unknown, ...unknown[]]>(t: ExecutionContext, property: fc.IProperty<Values>): void {
  t.notThrows(() => fc.assert(property, { numRuns: 2000 }))
}

test('whatever stands in the header, the answer is undefined or the one spelling of an address that is no proxy', (t) => {
  always(
    t,
    fc.property(fc.array(anything, { maxLength: 6 }), (values) => {
      const found = clientOf(PROXY, ...values)
      return found === undefined || (clientOf(PROXY, found) === found && clientOf(found, '198.51.100.1') === found)
    }),
  )
})

test('whatever a client sends, the proxy behind it has the last word', (t) => {
  always(
    t,
    fc.property(fc.array(anything, { maxLength: 6 }), address, (values, peer) => {
      const told = clientOf(PROXY, peer)
      fc.pre(told !== undefined)
      return clientOf(PROXY, ...values, peer) === told && clientOf(PROXY, `${values.join(', ')}, ${peer}`) === told
    }),
  )
})

test('without a proxy that is trusted, no header makes a difference', (t) => {
  always(
    t,
    fc.property(fc.array(anything, { maxLength: 6 }), address, (values, peer) => {
      fc.pre(clientOf(PROXY, peer) !== undefined)
      return clientOf(peer, ...values) === clientOf(peer)
    }),
  )
})
