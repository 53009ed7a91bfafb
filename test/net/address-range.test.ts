import { BlockList } from 'node:net'
import test, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import { type AddressRange, isAddressRange, parseAddressRange } from '../../src/net/address-range.ts'

test('addresses and ranges are read', (t) => {
  const readings: Record<string, AddressRange> = {
    '192.168.1.2': { address: '192.168.1.2', prefix: 32, family: 'ipv4' },
    '10.0.0.0/8': { address: '10.0.0.0', prefix: 8, family: 'ipv4' },
    '128.0.0.0/1': { address: '128.0.0.0', prefix: 1, family: 'ipv4' },
    '192.168.1.2/32': { address: '192.168.1.2', prefix: 32, family: 'ipv4' },
    '::1': { address: '::1', prefix: 128, family: 'ipv6' },
    'FD00::/8': { address: 'FD00::', prefix: 8, family: 'ipv6' },
    '2001:db8::1/128': { address: '2001:db8::1', prefix: 128, family: 'ipv6' },
    '1:2:3:4:5:6:7:8': { address: '1:2:3:4:5:6:7:8', prefix: 128, family: 'ipv6' },
    '::1.2.3.4': { address: '::1.2.3.4', prefix: 128, family: 'ipv6' },
  }
  for (const [text, range] of Object.entries(readings)) t.deepEqual(parseAddressRange(text), range, text)
})

test('IPv4 that is written as IPv6 is IPv4', (t) => {
  t.deepEqual(parseAddressRange('::ffff:192.168.1.2'), { address: '192.168.1.2', prefix: 32, family: 'ipv4' })
  t.deepEqual(parseAddressRange('::FFFF:c0a8:102'), { address: '192.168.1.2', prefix: 32, family: 'ipv4' })
  t.deepEqual(parseAddressRange('::ffff:10.0.0.0/104'), { address: '10.0.0.0', prefix: 8, family: 'ipv4' })
  t.deepEqual(parseAddressRange('::ffff:128.0.0.0/97'), { address: '128.0.0.0', prefix: 1, family: 'ipv4' })
})

test('a range of every address is refused: whom it trusts is everybody', (t) => {
  for (const text of ['0.0.0.0/0', '::/0', '::ffff:0:0/96', '::ffff:0.0.0.0/96']) t.false(isAddressRange(text), text)
})

test('a range that begins within itself is refused, and one that begins where it says is not', (t) => {
  const pairs = [
    ['192.168.1.10/24', '192.168.1.0/24'],
    ['10.0.0.1/31', '10.0.0.2/31'],
    ['64.0.0.0/1', '128.0.0.0/1'],
    ['fd00::1/64', 'fd00::/64'],
    ['fd01::/15', 'fd02::/15'],
    ['::ffff:10.0.0.1/104', '::ffff:10.0.0.0/104'],
    ['::ffff:0:0/95', '::fffe:0:0/95'],
  ]
  for (const [within, whole] of pairs) {
    t.false(isAddressRange(within!), within)
    t.true(isAddressRange(whole!), whole)
  }
})

test('what is no address is refused', (t) => {
  const texts = [
    '',
    ' ',
    '1.2.3',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.4 ',
    '1.2.3.4/33',
    '::/129',
    '1.2.3.4/',
    '1.2.3.4/08',
  ]
  const more = [
    '1.2.3.4/8/8',
    '/8',
    'localhost',
    'fe80::1%eth0',
    '[::1]',
    '1.2.3.4:80',
    '1.2.3.4/-1',
    '1::2::3',
    '٣.2.3.4',
  ]
  for (const text of [...texts, ...more, '1.2.3.4\n', '1.2.3.4/255.0.0.0']) t.false(isAddressRange(text), text)
})

/** A failure says its seed and the smallest counterexample. */
function always<Values extends [unknown, ...unknown[]]>(t: ExecutionContext, property: fc.IProperty<Values>): void {
  t.notThrows(() => fc.assert(property, { numRuns: 2000 }))
}

const address = fc.oneof(fc.ipV4(), fc.ipV6())
const familyOf = (text: string) => (text.includes(':') ? 'ipv6' : 'ipv4')

test('every address is accepted, and so is the range around it that begins where it says', (t) => {
  always(
    t,
    fc.property(address, (text) => isAddressRange(text) && isAddressRange(`${text}/${text.includes(':') ? 128 : 32}`)),
  )
})

test('whatever is accepted, BlockList takes, and finds the beginning of the range in it', (t) => {
  always(
    t,
    fc.property(address, fc.integer({ min: 0, max: 130 }), (text, prefix) => {
      const range = parseAddressRange(`${text}/${prefix}`)
      if (!range) return true
      const list = new BlockList()
      list.addSubnet(range.address, range.prefix, range.family)
      return list.check(range.address, range.family) && list.check(text, familyOf(text))
    }),
  )
})

test('any text at all is answered', (t) => {
  const texts = fc.string({ unit: fc.constantFrom(...'0123af:./%[]') })
  always(
    t,
    fc.property(texts, (text) => typeof isAddressRange(text) === 'boolean'),
  )
})
