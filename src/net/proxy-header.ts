import { isIPv4, isIPv6 } from 'node:net'
import { spellAddress } from './client-address.ts'
import { crc32c } from './crc32c.ts'

/** Who came to a proxy: an address, or the proxy itself, which looks whether we are here, or it doesn't tell. */
export type ProxyClient = { address: string } | 'the proxy itself' | 'unknown'

/** What the beginning of a connection says. `more` has to come before it says anything. */
export type ProxyHeader =
  | { kind: 'header' /** Bytes of the header; what follows is not of it. */; length: number; client: ProxyClient }
  | { kind: 'more' }
  /** `absent`: something else begins here, such as TLS. */
  | { kind: 'absent' | 'garbled' | 'too long' }

const MORE = { kind: 'more' } as const
const ABSENT = { kind: 'absent' } as const
const GARBLED = { kind: 'garbled' } as const
const TOO_LONG = { kind: 'too long' } as const

const V1_BEGINNING = Buffer.from('PROXY ')
/** With its CRLF. */
const V1_LONGEST = 107
const V2_SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')
const V2_HEAD = 16
/** Behind the head. A chain of certificates fits in no header of a proxy that means well; a name of 255 bytes does. */
const V2_LONGEST = 2048

/** Bytes that never have to be kept to read a header. */
export const LONGEST_PROXY_HEADER = V2_HEAD + V2_LONGEST

/**
 * Reads the header of the PROXY protocol, version 1 or 2, that a connection begins with.
 * @param bytes all that has come so far.
 * @see https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt
 */
export function readProxyHeader(bytes: Buffer): ProxyHeader {
  if (beginsLike(bytes, V1_BEGINNING)) return bytes.length < V1_BEGINNING.length ? MORE : readVersion1(bytes)
  if (beginsLike(bytes, V2_SIGNATURE)) return bytes.length < V2_HEAD ? MORE : readVersion2(bytes)
  return ABSENT
}

/** Whether this begins with a header of the PROXY protocol, whole or broken. */
export function isProxyHeader(begun: Buffer): boolean {
  // The shortest that nothing else begins with.
  return begun.length >= 6 && readProxyHeader(begun).kind !== 'absent'
}

/** As far as both go. */
function beginsLike(bytes: Buffer, beginning: Buffer): boolean {
  const length = Math.min(bytes.length, beginning.length)
  return bytes.compare(beginning, 0, length, 0, length) === 0
}

/** One space between its parts, no zeros before a number. */
const V1_LINE = /^PROXY (?:UNKNOWN(?: [\x20-\x7e]*)?|(?<family>TCP[46]) (?<from>\S+) (?<to>\S+) (?<ports>\d+ \d+))$/

function readVersion1(bytes: Buffer): ProxyHeader {
  const line = bytes.subarray(0, V1_LONGEST)
  const end = line.indexOf('\n')
  if (end < 0) return line.length < V1_LONGEST ? MORE : TOO_LONG
  if (line[end - 1] !== CARRIAGE_RETURN) return GARBLED
  const read = V1_LINE.exec(line.toString('latin1', 0, end - 1))
  if (!read) return GARBLED
  const length = end + 1
  const { family, from = '', to = '', ports = '' } = read.groups ?? {}
  if (family === undefined) return { kind: 'header', length, client: 'unknown' }
  const isAddress = family === 'TCP4' ? isIPv4 : isPlainIPv6
  if (!isAddress(from) || !isAddress(to) || !ports.split(' ').every(isPort)) return GARBLED
  return { kind: 'header', length, client: { address: spellAddress(from) } }
}

const CARRIAGE_RETURN = 13

/** Without the name of a network interface. */
function isPlainIPv6(text: string): boolean {
  return isIPv6(text) && !text.includes('%')
}

function isPort(text: string): boolean {
  return /^(0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535
}

const LOCAL = 0x20
const PROXY = 0x21
/** Bytes of both addresses, with their ports, by family and transport. Only what comes over a stream is proxied here. */
const ADDRESS_BYTES = new Map([
  [0x00, 0],
  [0x11, 12],
  [0x21, 36],
  [0x31, 216],
])

function readVersion2(bytes: Buffer): ProxyHeader {
  const [command, family] = [bytes[12] as number, bytes[13] as number]
  const length = V2_HEAD + bytes.readUInt16BE(14)
  if (command !== LOCAL && command !== PROXY) return GARBLED
  if (length > LONGEST_PROXY_HEADER) return TOO_LONG
  if (bytes.length < length) return MORE
  const header = bytes.subarray(0, length)
  // Whatever it says of addresses is to be skipped then.
  if (command === LOCAL) return { kind: 'header', length, client: 'the proxy itself' }
  const addressBytes = ADDRESS_BYTES.get(family)
  if (addressBytes === undefined || length < V2_HEAD + addressBytes) return GARBLED
  if (!areWhole(header, V2_HEAD + addressBytes)) return GARBLED
  return { kind: 'header', length, client: clientOf(header, family) }
}

function clientOf(header: Buffer, family: number): ProxyClient {
  if (family === 0x11) return { address: header.subarray(V2_HEAD, V2_HEAD + 4).join('.') }
  if (family !== 0x21) return 'unknown'
  const groups = header.toString('hex', V2_HEAD, V2_HEAD + 16).match(/.{4}/g) as string[]
  return { address: spellAddress(groups.join(':')) }
}

/** Type and length before each. */
const TLV_HEAD = 3
const CHECKSUM = 0x03

/** Whether what follows the addresses are whole TLVs, with the right checksum if there is one. */
function areWhole(header: Buffer, from: number): boolean {
  let at = from
  while (at < header.length) {
    if (header.length - at < TLV_HEAD) return false
    const value = at + TLV_HEAD
    const next = value + header.readUInt16BE(at + 1)
    if (next > header.length) return false
    if (header[at] === CHECKSUM && !isRightChecksum(header, value, next - value)) return false
    at = next
  }
  return true
}

/** Of the whole header, with zeros in the place of the checksum. */
function isRightChecksum(header: Buffer, at: number, length: number): boolean {
  if (length !== 4) return false
  const zeroed = Buffer.from(header).fill(0, at, at + length)
  return crc32c(zeroed) === header.readUInt32BE(at)
}
