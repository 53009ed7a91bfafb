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
  ],
  private: ['10.0.0.1', '172.16.0.0', '172.31.255.255', '192.168.178.20', 'fd12:3456::1'],
  carrier: ['100.64.0.0', '100.100.1.1', '100.127.255.255'],
  loopback: ['127.0.0.1', '127.255.255.254', '::1'],
  'link-local': ['169.254.10.1', 'fe80::1'],
  reserved: [
    '0.0.0.0',
    '192.0.2.1',
    '198.51.100.7',
    '203.0.113.5',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '2001:db8::1',
  ],
}

test('who can reach an address is told by its range, at both ends of it', (t) => {
  for (const [kind, addresses] of Object.entries(EXAMPLES))
    for (const address of addresses) t.is(addressKind(address), kind as AddressKind, address)
})
