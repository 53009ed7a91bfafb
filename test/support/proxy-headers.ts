import { isIPv4 } from 'node:net'

/** What a proxy begins a connection with that speaks version 1 of the PROXY protocol. */
export function version1(from: string): string {
  return `PROXY ${isIPv4(from) ? 'TCP4' : 'TCP6'} ${from} ${isIPv4(from) ? '192.0.2.1' : '2001:db8::1'} 50123 443\r\n`
}

interface Version2 {
  /** `0x21` if absent: somebody else's connection. */
  command?: number
  family?: number
  /** The address of the client. */
  from?: string
  /** In its place, the bytes of both addresses and their ports. */
  addresses?: Buffer
  tlvs?: Buffer
}

/** The same in version 2. */
export function version2({
  command = 0x21,
  from = '203.0.113.9',
  family = isIPv4(from) ? 0x11 : 0x21,
  addresses = addressesOf(from),
  tlvs = Buffer.alloc(0),
}: Version2): Buffer {
  const head = Buffer.from('\r\n\r\n\0\r\nQUIT\n\0\0\0\0', 'latin1')
  head[12] = command
  head[13] = family
  head.writeUInt16BE(addresses.length + tlvs.length, 14)
  return Buffer.concat([head, addresses, tlvs])
}

/** Something more that a header of version 2 says. */
export function tlv(type: number, value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value as string, 'latin1')
  const head = Buffer.alloc(3)
  head[0] = type
  head.writeUInt16BE(bytes.length, 1)
  return Buffer.concat([head, bytes])
}

function addressesOf(from: string): Buffer {
  const source = isIPv4(from) ? Buffer.from(from.split('.').map(Number)) : ipv6(from)
  const ports = Buffer.from([0xc3, 0xcb, 0x01, 0xbb])
  return Buffer.concat([source, Buffer.alloc(source.length), ports])
}

function ipv6(text: string): Buffer {
  const [head = '', tail] = new URL(`http://[${text}]`).hostname.slice(1, -1).split('::')
  const [left, right] = [head, tail ?? ''].map((part) => part.split(':').filter(Boolean)) as [string[], string[]]
  const groups = [...left, ...new Array<string>(8 - left.length - right.length).fill('0'), ...right]
  return Buffer.from(groups.map((group) => group.padStart(4, '0')).join(''), 'hex')
}
