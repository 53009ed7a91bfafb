/** What a client says first, as far as it decides who answers. */
export interface ClientHello {
  /** SNI, byte for byte; undefined where there is none. @see RFC 6066 section 3 */
  serverName: string | undefined
  /** ALPN, what the client likes best first. @see RFC 7301 section 3.1 */
  protocols: string[]
  /**
   * Whether the client can be shown a certificate with a key of P-256, over whichever version comes of it.
   * @see RFC 8446 section 4.2.3, RFC 8422 section 5.1
   */
  takesEc: () => boolean
}

/** `more`: nothing can be said before there are so many bytes in all. `garbled`: TLS, but no ClientHello, or too long a one. */
export type HelloRead =
  | { kind: 'whole'; hello: ClientHello }
  | { kind: 'more'; length: number }
  | { kind: 'not TLS' }
  | { kind: 'garbled' }

/** A record begins with its type, its version and its length. @see RFC 8446 section 5.1 */
const RECORD_HEAD = 5
const HANDSHAKE_RECORD = 22
const LARGEST_RECORD = 16_384
const CLIENT_HELLO = 1
const MESSAGE_HEAD = 4

/** Keys that withstand quantum computers, and padding, make 2 KB, and some clients 5 KB. With the heads of its records. */
export const LARGEST_HELLO = 32_768
/** Some clients cut it into a few, so that nobody on the way reads their SNI. */
const MOST_RECORDS = 64

const NOT_TLS = { kind: 'not TLS' } as const
const GARBLED = { kind: 'garbled' } as const

/**
 * Reads a ClientHello, in one record or in several. Never throws, whatever the bytes are: TLS judges the rest of it.
 * @param bytes all that has come so far.
 * @see RFC 8446 section 4.1.2
 */
export function readClientHello(bytes: Buffer): HelloRead {
  /** Where each record ends. They are put together only when all are there: this is called again for each that comes. */
  const ends: number[] = []
  let length = 0
  let messageEnd: number | undefined
  let at = 0
  while (ends.length < MOST_RECORDS) {
    if (bytes.length > at && bytes[at] !== HANDSHAKE_RECORD) return at === 0 ? NOT_TLS : GARBLED
    if (bytes.length > at + 1 && bytes[at + 1] !== 3) return at === 0 ? NOT_TLS : GARBLED
    const start = at + RECORD_HEAD
    if (bytes.length < start) return { kind: 'more', length: start }
    const end = start + numberAt(bytes, at + 3, 2)
    if (end === start || end - start > LARGEST_RECORD || end > LARGEST_HELLO) return GARBLED
    if (bytes.length < end) return { kind: 'more', length: end }
    ends.push(end)
    length += end - start
    at = end
    if (bytes[RECORD_HEAD] !== CLIENT_HELLO) return GARBLED
    if (length < MESSAGE_HEAD) continue
    messageEnd ??= MESSAGE_HEAD + numberAt(join(bytes, ends, MESSAGE_HEAD), 1, 3)
    if (messageEnd > LARGEST_HELLO) return GARBLED
    if (length >= messageEnd) return readMessage(join(bytes, ends, messageEnd).subarray(MESSAGE_HEAD))
  }
  return GARBLED
}

/** What is in the records, without their heads, up to a length. */
function join(bytes: Buffer, ends: number[], length: number): Buffer {
  // Nearly all have one record, which needs no copy.
  if (ends.length === 1) return bytes.subarray(RECORD_HEAD, RECORD_HEAD + length)
  const fragments = ends.map((end, i) => bytes.subarray((ends[i - 1] ?? 0) + RECORD_HEAD, end))
  return Buffer.concat(fragments, length)
}

/** Its version and its random bytes. */
const FIXED_PART = 34
const SERVER_NAME = 0
const HOST_NAME = 0
const ALPN = 16

function readMessage(message: Buffer): HelloRead {
  const hello: ClientHello = { serverName: undefined, protocols: [], takesEc: () => takesEc(message) }
  const session = vector(message, FIXED_PART, 1)
  const suites = session && vector(message, session.end, 2)
  const compressions = suites && vector(message, suites.end, 1)
  if (!compressions) return GARBLED
  // Before TLS 1.2 there could be none.
  if (compressions.end === message.length) return { kind: 'whole', hello }
  const extensions = vector(message, compressions.end, 2)
  if (!extensions || extensions.end !== message.length) return GARBLED
  for (let at = extensions.start; at < extensions.end; ) {
    const body = vector(message, at + 2, 2)
    if (!body) return GARBLED
    const type = numberAt(message, at, 2)
    if (type === SERVER_NAME && !readServerName(message.subarray(body.start, body.end), hello)) return GARBLED
    if (type === ALPN && !readProtocols(message.subarray(body.start, body.end), hello)) return GARBLED
    at = body.end
  }
  return { kind: 'whole', hello }
}

const GROUPS = 10
const SIGNATURES = 13
const VERSIONS = 43
const P256 = 23
const ECDSA_P256_SHA256 = 0x0403
/** With ECDSA over TLS 1.2, AEAD: those that every setting of suites has. */
const ECDSA_SUITES = [0xc02b, 0xc02c, 0xcca9]

/** @param message a ClientHello that is well-formed. */
function takesEc(message: Buffer): boolean {
  const suites = vector(message, vector(message, FIXED_PART, 1)?.end ?? 0, 2)
  const extensions = suites && vector(message, vector(message, suites.end, 1)?.end ?? message.length, 2)
  if (!extensions) return false
  const lists = new Map<number, { start: number; end: number }>()
  for (let at = extensions.start; at < extensions.end; ) {
    const body = vector(message, at + 2, 2)
    if (!body) return false
    lists.set(numberAt(message, at, 2), { start: body.start + 2, end: body.end })
    at = body.end
  }
  const has = (list: { start: number; end: number } | undefined, ...wanted: number[]) => {
    if (!list) return false
    for (let at = list.start; at + 1 < list.end; at += 2) if (wanted.includes(numberAt(message, at, 2))) return true
    return false
  }
  if (!has(lists.get(SIGNATURES), ECDSA_P256_SHA256)) return false
  return lists.has(VERSIONS) || (has(suites, ...ECDSA_SUITES) && has(lists.get(GROUPS), P256))
}

/** @returns whether it was well-formed. */
function readServerName(content: Buffer, hello: ClientHello): boolean {
  const list = vector(content, 0, 2)
  if (!list || list.end !== content.length) return false
  for (let at = list.start; at < list.end; ) {
    const name = vector(content, at + 1, 2)
    if (!name) return false
    if (content[at] === HOST_NAME) hello.serverName ??= content.toString('latin1', name.start, name.end)
    at = name.end
  }
  return true
}

/** @returns whether it was well-formed. */
function readProtocols(content: Buffer, hello: ClientHello): boolean {
  const list = vector(content, 0, 2)
  if (!list || list.end !== content.length) return false
  for (let at = list.start; at < list.end; ) {
    const protocol = vector(content, at, 1)
    if (!protocol) return false
    hello.protocols.push(content.toString('latin1', protocol.start, protocol.end))
    at = protocol.end
  }
  return true
}

/** Where a part is that begins with its own length, of so many bytes. @returns undefined where it isn't all there. */
function vector(bytes: Buffer, at: number, lengthBytes: 1 | 2): { start: number; end: number } | undefined {
  const start = at + lengthBytes
  if (start > bytes.length) return undefined
  const end = start + numberAt(bytes, at, lengthBytes)
  return end > bytes.length ? undefined : { start, end }
}

/** Of bytes that are there. Node's own reading checks where and how many each time, and there are fifty in a hello. */
function numberAt(bytes: Buffer, at: number, length: number): number {
  let number = 0
  for (let i = at; i < at + length; i++) number = number * 256 + (bytes[i] as number)
  return number
}
