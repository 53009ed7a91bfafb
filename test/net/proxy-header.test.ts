import test from 'ava'
import fc from 'fast-check'
import { crc32c } from '../../src/net/crc32c.ts'
import { LONGEST_PROXY_HEADER, type ProxyHeader, readProxyHeader } from '../../src/net/proxy-header.ts'
import { seedOf } from '../support/property.ts'
import { tlv, version1, version2 } from '../support/proxy-headers.ts'

const read = (header: string | Buffer, after = ''): ProxyHeader =>
  readProxyHeader(Buffer.concat([Buffer.from(header as string, 'latin1'), Buffer.from(after, 'latin1')]))

const bytesOf = (text: string) => [...Buffer.from(text, 'latin1')]

test('version 1 tells the address of the client, and how long it is itself', (t) => {
  for (const [line, address] of [
    ['PROXY TCP4 203.0.113.9 192.0.2.1 50123 443\r\n', '203.0.113.9'],
    ['PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n', '255.255.255.255'],
    ['PROXY TCP4 203.0.113.9 192.0.2.1 0 0\r\n', '203.0.113.9'],
    ['PROXY TCP6 2001:DB8:0:0::9 2001:db8::1 50123 443\r\n', '2001:db8::9'],
    ['PROXY TCP6 ::ffff:203.0.113.9 ::1 50123 443\r\n', '203.0.113.9'],
  ] as const)
    t.deepEqual(read(line, 'GET / HTTP/1.1'), { kind: 'header', length: line.length, client: { address } })
})

test('version 1 may not know who it is', (t) => {
  for (const line of ['PROXY UNKNOWN\r\n', 'PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n'])
    t.deepEqual(read(line, 'x'), { kind: 'header', length: line.length, client: 'unknown' })
})

test('version 1 that is not what the specification says is garbled', (t) => {
  for (const line of [
    'PROXY TCP4 203.0.113.9 192.0.2.1 50123 443\n',
    'PROXY TCP4 203.0.113.9 192.0.2.1 50123 443\r \n',
    'PROXY TCP4  203.0.113.9 192.0.2.1 50123 443\r\n',
    'PROXY TCP4 203.0.113.9 192.0.2.1 50123 443 \r\n',
    'PROXY TCP4 203.0.113.9 192.0.2.1 50123\r\n',
    'PROXY TCP4 203.0.113.9 192.0.2.1 50123 65536\r\n',
    'PROXY TCP4 203.0.113.9 192.0.2.1 050123 443\r\n',
    'PROXY TCP4 203.0.113.9 192.0.2.1 -1 443\r\n',
    'PROXY TCP4 203.0.113.09 192.0.2.1 50123 443\r\n',
    'PROXY TCP4 203.0.113.256 192.0.2.1 50123 443\r\n',
    'PROXY TCP4 2001:db8::9 2001:db8::1 50123 443\r\n',
    'PROXY TCP6 203.0.113.9 192.0.2.1 50123 443\r\n',
    'PROXY TCP6 fe80::1%eth0 2001:db8::1 50123 443\r\n',
    'PROXY TCP4 localhost 192.0.2.1 50123 443\r\n',
    'PROXY UDP4 203.0.113.9 192.0.2.1 50123 443\r\n',
    'PROXY tcp4 203.0.113.9 192.0.2.1 50123 443\r\n',
    'PROXY UNKNOWNS\r\n',
    'PROXY UNKNOWN \x00\r\n',
    'PROXY \r\n',
  ])
    t.is(read(line).kind, 'garbled', JSON.stringify(line))
})

test('version 1 is 107 bytes at most, with its end', (t) => {
  const longest = `PROXY UNKNOWN ${'x'.repeat(91)}\r\n`
  t.is(longest.length, 107)
  t.like(read(longest, 'more'), { kind: 'header', length: 107 })
  t.is(read(`PROXY UNKNOWN ${'x'.repeat(92)}\r\n`).kind, 'too long')
  t.is(read('PROXY '.padEnd(106, 'x')).kind, 'more')
  t.is(read('PROXY '.padEnd(107, 'x')).kind, 'too long')
})

test('version 2 tells the address of the client, in each family, whatever else it says', (t) => {
  const more = tlv(0x02, 'home.example.org')
  for (const [header, client] of [
    [version2({ from: '203.0.113.9' }), { address: '203.0.113.9' }],
    [version2({ from: '203.0.113.9', tlvs: more }), { address: '203.0.113.9' }],
    [version2({ from: '2001:db8::9' }), { address: '2001:db8::9' }],
    [version2({ from: '2001:db8::9', tlvs: more }), { address: '2001:db8::9' }],
    [version2({ from: '::ffff:203.0.113.9' }), { address: '203.0.113.9' }],
    [version2({ family: 0x31, addresses: Buffer.alloc(216) }), 'unknown'],
    [version2({ family: 0x00, addresses: Buffer.alloc(0), tlvs: more }), 'unknown'],
    [version2({ command: 0x20, family: 0x00, addresses: Buffer.alloc(0) }), 'the proxy itself'],
    [version2({ command: 0x20, from: '203.0.113.9' }), 'the proxy itself'],
    [version2({ command: 0x20, family: 0xff, addresses: Buffer.from('anything') }), 'the proxy itself'],
  ] as const)
    t.deepEqual(read(header, '\x16\x03\x01'), { kind: 'header', length: header.length, client })
})

test('version 2 that is not what the specification says is garbled', (t) => {
  const from = '203.0.113.9'
  for (const header of [
    version2({ from, command: 0x11 }),
    version2({ from, command: 0x22 }),
    version2({ from, family: 0x12 }),
    version2({ from, family: 0x21 }),
    version2({ from, family: 0x10 }),
    version2({ from, family: 0x41 }),
    version2({ family: 0x11, addresses: Buffer.alloc(11) }),
    version2({ family: 0x31, addresses: Buffer.alloc(215) }),
    version2({ from, tlvs: Buffer.from([0x02]) }),
    version2({ from, tlvs: Buffer.from([0x02, 0]) }),
    version2({ from, tlvs: Buffer.from([0x02, 0, 1]) }),
    version2({ from, tlvs: Buffer.concat([tlv(0x02, 'x'), Buffer.from([0x04, 0xff, 0xff, 0])]) }),
    version2({ from, tlvs: tlv(0x03, '\0\0\0\0') }),
    version2({ from, tlvs: tlv(0x03, '') }),
  ])
    t.is(read(header).kind, 'garbled', header.toString('hex'))
})

test('a checksum is held against the whole header', (t) => {
  // RFC 3720, appendix B.4.
  t.is(crc32c(Buffer.alloc(32)), 0x8a9136aa)
  const header = version2({ from: '203.0.113.9', tlvs: Buffer.concat([tlv(0x03, '\0\0\0\0'), tlv(0x04, 'no-op')]) })
  const at = 16 + 12 + 3
  header.writeUInt32BE(crc32c(header), at)
  t.like(read(header), { kind: 'header', client: { address: '203.0.113.9' } })
  for (const changed of [12 + 16 - 1, 16, at, header.length - 1]) {
    const other = Buffer.from(header)
    other[changed]! ^= 1
    t.is(read(other).kind, 'garbled')
  }
})

test('version 2 says how long it is, and that is not more than is kept', (t) => {
  const longest = version2({ from: '203.0.113.9', tlvs: tlv(0x04, 'x'.repeat(2048 - 12 - 3)) })
  t.is(longest.length, LONGEST_PROXY_HEADER)
  t.like(read(longest, 'more'), { kind: 'header', length: longest.length })
  const longer = version2({ from: '203.0.113.9', tlvs: tlv(0x04, 'x'.repeat(2048 - 12 - 2)) })
  t.is(read(longer).kind, 'too long')
  // Before any of it has come.
  t.is(readProxyHeader(longer.subarray(0, 16)).kind, 'too long')
})

test('what begins otherwise has no header, and says so with the first byte that differs', (t) => {
  for (const text of ['GET / HTTP/1.1\r\n', '\x16\x03\x01', 'proxy TCP4', 'PROXX', 'PROXY\t', '\r\n\r\n\0\r\nQUIT\r'])
    t.is(read(text).kind, 'absent', text)
  t.is(readProxyHeader(Buffer.alloc(0)).kind, 'more')
})

const address = fc.oneof(fc.ipV4(), fc.ipV6())

test('a header that has come in part says nothing yet, and its length never depends on what follows', (t) => {
  const header = fc.oneof(
    fc.ipV4().map((from) => Buffer.from(version1(from))),
    fc
      .tuple(address, fc.uint8Array({ maxLength: 300 }))
      .map(([from, value]) => version2({ from, tlvs: tlv(0x05, value) })),
  )
  const property = fc.property(header, fc.uint8Array({ maxLength: 200 }), (whole, after) => {
    for (let length = 0; length < whole.length; length++)
      if (readProxyHeader(whole.subarray(0, length)).kind !== 'more') return false
    const alone = readProxyHeader(whole)
    const followed = readProxyHeader(Buffer.concat([whole, after]))
    t.deepEqual(followed, alone)
    return alone.kind === 'header' && alone.length === whole.length
  })
  fc.assert(property, { seed: seedOf(t), numRuns: 200 })
})

test('whatever comes, the reader comes to an end, keeps no more than it may, and never changes its mind', (t) => {
  const beginning = fc.constantFrom(
    ...['', 'PROXY ', 'PROXY TCP4 ', '\r\n\r\n\0\r\nQUIT\n', '\r\n\r\n\0\r\nQUIT\n\x21\x11\0'].map(bytesOf),
  )
  const rest = fc.oneof(
    fc.uint8Array({ maxLength: 3000 }).map((bytes) => [...bytes]),
    fc.string({ unit: fc.constantFrom(...'PROXYTCP46 0123456789.:abcf\r\n'), maxLength: 150 }).map(bytesOf),
  )
  const property = fc.property(beginning, rest, fc.nat(3000), (first, second, cut) => {
    const bytes = Buffer.from([...first, ...second])
    const whole = readProxyHeader(bytes)
    const part = readProxyHeader(bytes.subarray(0, cut))
    if (whole.kind === 'header' && (whole.length > bytes.length || whole.length > LONGEST_PROXY_HEADER)) return false
    if (whole.kind === 'more' && bytes.length > LONGEST_PROXY_HEADER) return false
    if (part.kind !== 'more') t.deepEqual(part, whole)
    return true
  })
  fc.assert(property, { seed: seedOf(t), numRuns: 3000 })
})
