/** A value in DER. @see X.690 */
export interface Der {
  /** Class, form and number in one byte. */
  tag: number
  content: Buffer
  /** All of it, with tag and length. */
  raw: Buffer
}

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  enumerated: 0x0a,
  generalizedTime: 0x18,
  sequence: 0x30,
  /** Of one that has others in it. */
  context: (number: number) => 0xa0 | number,
  /** Of one that is itself the value. */
  implicit: (number: number) => 0x80 | number,
}

/** What isn't DER, or isn't what has to be there. */
export class DerError extends Error {
  override name = 'DerError'
}

/** The one value that these bytes are. @throws DerError */
export function readDer(bytes: Buffer): Der {
  const [one, ...more] = readAll(bytes)
  if (!one || more.length > 0) throw new DerError('expected one value')
  return one
}

/** The values that follow each other in it. @throws DerError where it has another tag. */
export function childrenOf({ tag, content }: Der, expected: number = TAG.sequence): Der[] {
  if (tag !== expected) throw new DerError(`expected a value of tag ${expected}, not ${tag}`)
  return readAll(content)
}

/** @throws DerError where it is absent, or has another tag. */
export function contentOf(value: Der | undefined, expected: number): Buffer {
  if (value?.tag !== expected) throw new DerError(`expected a value of tag ${expected}, not ${value?.tag}`)
  return value.content
}

/** Of whole bytes. @throws DerError */
export function bitsOf(value: Der | undefined): Buffer {
  const content = contentOf(value, TAG.bitString)
  if (content[0] !== 0) throw new DerError('expected whole bytes')
  return content.subarray(1)
}

/** In seconds, in UTC. @returns milliseconds since 1970. @throws DerError @see RFC 5280 section 4.1.2.5.2 */
export function timeOf(value: Der | undefined): number {
  const text = contentOf(value, TAG.generalizedTime).toString('latin1')
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  if (!parts) throw new DerError('expected a time')
  const [, year, month, day, hour, minute, second] = parts
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  if (Number.isNaN(at)) throw new DerError('expected a time')
  return at
}

/** A value of this tag with all of these after each other in it. */
export function writeDer(tag: number, ...contents: Uint8Array[]): Buffer {
  const content = Buffer.concat(contents)
  return Buffer.concat([Buffer.of(tag), lengthBytes(content.length), content])
}

/** The bytes of an object identifier such as `1.3.6.1.5.5.7.1.1`, without its tag. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return Buffer.from([first * 40 + second, ...rest.flatMap(base128)])
}

function base128(number: number): number[] {
  const digits = [number & 0x7f]
  for (let rest = Math.floor(number / 128); rest > 0; rest = Math.floor(rest / 128))
    digits.unshift((rest & 0x7f) | 0x80)
  return digits
}

function readAll(bytes: Buffer): Der[] {
  const found: Der[] = []
  for (let at = 0; at < bytes.length; ) {
    const { start, end } = extent(bytes, at)
    found.push({ tag: bytes[at] as number, content: bytes.subarray(start, end), raw: bytes.subarray(at, end) })
    at = end
  }
  return found
}

/** Where the content of the value that begins there is. */
function extent(bytes: Buffer, at: number): { start: number; end: number } {
  const [tag = 0, first = 0] = bytes.subarray(at, at + 2)
  // Numbers past 30 take more bytes, and nothing here has any.
  if ((tag & 0x1f) === 0x1f || bytes.length < at + 2) throw new DerError('cut short, or of an unknown form')
  const isLong = first >= 0x80
  const count = isLong ? first & 0x7f : 0
  if (isLong && (count === 0 || count > 4)) throw new DerError('expected a length of up to 4 bytes')
  const start = at + 2 + count
  if (start > bytes.length) throw new DerError('cut short')
  const length = isLong ? bytes.readUIntBE(at + 2, count) : first
  if (start + length > bytes.length) throw new DerError('cut short')
  return { start, end: start + length }
}

function lengthBytes(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length)
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(length)
  const least = bytes.subarray(bytes.findIndex((byte) => byte !== 0))
  return Buffer.concat([Buffer.of(0x80 | least.length), least])
}
