import test from 'ava'
import { type AddressKind, addressKind } from '../../src/net/address-kind.ts'

const EXAMPLES: Record<AddressKind, string[]> = {
  public: [
    '93.184.215.14',
    '100.63.255.255',
    '100.128.0.0',
    '172.15.255.255',
    '172.32.0.1',
    '192.169.0.1',
    '2606:2800::1',
    '2001:200::1',
    '3ffe::1',
    '3fff:1000::1',
  ],
  private: [
    ...['10.0.0.1', '172.16.0.0', '172.31.255.255', '192.168.178.20', 'fd12:3456::1', 'fec0::1', '64:ff9b:1::a00:1'],
  ],
  carrier: ['100.64.0.0', '100.100.1.1', '100.127.255.255'],
  loopback: ['127.0.0.1', '127.255.255.254', '::1'],
  'link-local': ['169.254.10.1', 'fe80::1', 'fe80::1%eth0', 'febf::1'],
  reserved: [
    '0.0.0.0',
    '192.0.2.1',
    '198.51.100.7',
    '203.0.113.5',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '2001:db8::1',
    '2001:1ff:ffff::1',
    '2001:20::1',
    '192.88.99.1',
    '3fff:fff::1',
    '100::1',
    '1fff::1',
    '4000::1',
    '5f00::1',
    '8000::1',
    'ff02::1',
  ],
}

test('who can reach an address is told by its range, at both ends of it', (t) => {
  for (const [kind, addresses] of Object.entries(EXAMPLES))
    for (const address of addresses) t.is(addressKind(address), kind as AddressKind, address)
})

/** The ways in which IPv4 stands within IPv6, for an address as two groups of hexadecimal digits. */
const WITHIN: Record<string, (high: string, low: string) => string> = {
  'written as IPv6': (high, low) => `::ffff:${high}:${low}`,
  NAT64: (high, low) => `64:ff9b::${high}:${low}`,
  '6to4': (high, low) => `2002:${high}:${low}::1`,
}

/** The same, where nobody public is reached by it. */
const WITHIN_NOBODY: Record<string, (high: string, low: string) => string> = {
  compatible: (high, low) => `::${high}:${low}`,
  translated: (high, low) => `::ffff:0:${high}:${low}`,
  Teredo: (high, low) => `2001:0:4136:e378:8000:63bf:${turned(high)}:${turned(low)}`,
}

const turned = (group: string) => (0xffff ^ Number.parseInt(group, 16)).toString(16)

const OF_KINDS: [AddressKind, string, string][] = [
  ['loopback', '7f00', '1'],
  ['private', 'c0a8', '101'],
  ['private', 'a00', '1'],
  ['private', 'ac10', '1'],
  ['carrier', '6440', '1'],
  ['link-local', 'a9fe', 'a9fe'],
  ['reserved', 'e000', '1'],
]

test('an IPv4 address within one of IPv6 is of its own kind', (t) => {
  for (const [way, within] of Object.entries({ ...WITHIN, ...WITHIN_NOBODY }))
    for (const [kind, high, low] of OF_KINDS) t.is(addressKind(within(high, low)), kind, `${way}: ${kind}`)
  for (const [way, within] of Object.entries(WITHIN)) t.is(addressKind(within('5db8', 'd70e')), 'public', way)
  for (const [way, within] of Object.entries(WITHIN_NOBODY)) t.is(addressKind(within('5db8', 'd70e')), 'reserved', way)
  t.is(addressKind('::ffff:127.0.0.1'), 'loopback')
  t.is(addressKind('::FFFF:0:0'), 'reserved')
  t.is(addressKind('0:0:0:0:0:0:0:1'), 'loopback')
})
