/** Numbers of the DNS (RFC 1035 section 3.2, RFC 2136 section 1.3, RFC 8945 section 4.2). */
export const TYPE = { SOA: 6, TXT: 16, TSIG: 250 }
export const CLASS = { IN: 1, NONE: 254, ANY: 255 }
export const OPCODE = { QUERY: 0, UPDATE: 5 }

const HEADER_LENGTH = 12
const LABEL_LENGTH_LIMIT = 63
const NAME_LENGTH_LIMIT = 255

export interface ResourceRecord {
  /** In lower case, without the dot of the root. */
  name: string
  type: number
  class: number
  /** Seconds. */
  ttl: number
  data: Buffer
}

/** Of an update the questions are zones, the answers prerequisites, and the authorities updates (RFC 2136 section 2). */
export interface DnsMessage {
  id: number
  flags: number
  questions: Pick<ResourceRecord, 'name' | 'type' | 'class'>[]
  answers: ResourceRecord[]
  authorities: ResourceRecord[]
  additionals: ResourceRecord[]
}

/** A name that can't be one; or a message that is none. */
export class DnsFormatError extends Error {
  override name = 'DnsFormatError'
}

export const opcodeFlags = (opcode: number): number => opcode << 11
export const responseCode = ({ flags }: DnsMessage): number => flags & 0xf
export const isResponse = ({ flags }: DnsMessage): boolean => (flags & 0x8000) !== 0
export const isTruncated = ({ flags }: DnsMessage): boolean => (flags & 0x0200) !== 0

/** In lower case and uncompressed, as signatures want it (RFC 8945 section 4.3.3). @throws DnsFormatError */
export function encodeName(name: string): Buffer {
  const labels = name
    .toLowerCase()
    .replace(/\.$/, '')
    .split('.')
    .filter((label, _, all) => label !== '' || all.length > 1)
  const parts = labels.map((label) => {
    const bytes = Buffer.from(label, 'latin1')
    if (bytes.length === 0 || bytes.length > LABEL_LENGTH_LIMIT)
      throw new DnsFormatError(`${name} is no name of the DNS`)
    return Buffer.concat([Buffer.of(bytes.length), bytes])
  })
  const encoded = Buffer.concat([...parts, Buffer.of(0)])
  if (encoded.length > NAME_LENGTH_LIMIT) throw new DnsFormatError(`${name} is too long for the DNS`)
  return encoded
}

/** A TXT record's text, in strings of at most 255 bytes (RFC 1035 section 3.3.14). */
export function encodeText(text: string): Buffer {
  const bytes = Buffer.from(text)
  const strings: Buffer[] = []
  for (let at = 0; at === 0 || at < bytes.length; at += 255) {
    const string = bytes.subarray(at, at + 255)
    strings.push(Buffer.of(string.length), string)
  }
  return Buffer.concat(strings)
}

export function encodeMessage({ id, flags, questions, answers, authorities, additionals }: DnsMessage): Buffer {
  const counts = [questions, answers, authorities, additionals].map(({ length }) => length)
  const header = Buffer.alloc(HEADER_LENGTH)
  for (const [i, value] of [id, flags, ...counts].entries()) header.writeUInt16BE(value, i * 2)
  const asked = questions.flatMap((one) => [encodeName(one.name), numbers16(one.type, one.class)])
  return Buffer.concat([header, ...asked, ...[...answers, ...authorities, ...additionals].map(encodeRecord)])
}

export function encodeRecord({ name, type, class: kind, ttl, data }: ResourceRecord): Buffer {
  const time = Buffer.alloc(4)
  time.writeUInt32BE(ttl)
  return Buffer.concat([encodeName(name), numbers16(type, kind), time, numbers16(data.length), data])
}

/** Each in two bytes, the higher one first. */
export function numbers16(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2)
  for (const [i, value] of values.entries()) bytes.writeUInt16BE(value, i * 2)
  return bytes
}
