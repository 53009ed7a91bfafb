import { createHmac, timingSafeEqual } from 'node:crypto'
import { CLASS, encodeName, encodeRecord, numbers16, TYPE } from './dns-message.ts'
import { readDnsMessage, readName } from './read-dns-message.ts'

/** Seconds in which a signed message has to arrive (RFC 8945 section 10). */
const FUDGE = 300

export interface TransactionKey {
  /** As the server calls it. */
  name: string
  secret: Buffer
  algorithm: 'hmac-sha256' | 'hmac-sha512'
}

export interface SignedMessage {
  bytes: Buffer
  /** The answer's signature covers it. */
  mac: Buffer
}

/** What a signature says. */
interface Signature {
  keyName: string
  algorithm: string
  /** Seconds since 1970. */
  time: number
  fudge: number
  mac: Buffer
  originalId: number
  error: number
  other: Buffer
}

/** @param message without a signature. @param now milliseconds since 1970. @see RFC 8945 section 5.1 */
export function signMessage(message: Buffer, key: TransactionKey, now: number): SignedMessage {
  const time = Math.floor(now / 1000)
  const unsigned = { keyName: key.name, algorithm: key.algorithm, time, fudge: FUDGE, error: 0, other: Buffer.alloc(0) }
  const mac = macOf(key, [message, variables(unsigned)])
  const data = Buffer.concat([
    ...[encodeName(key.algorithm), time48(time), numbers16(FUDGE, mac.length), mac],
    ...[message.subarray(0, 2), numbers16(0, 0)],
  ])
  const record = encodeRecord({ name: key.name, type: TYPE.TSIG, class: CLASS.ANY, ttl: 0, data })
  return { bytes: withOneMoreAdditional(message, record), mac }
}

/** How an answer's signature was found. */
export type Verdict =
  | { kind: 'good' }
  /** @param error TSIG's own code (RFC 8945 section 3). @param serverTime seconds since 1970, with BADTIME. */
  | { kind: 'refused'; error: number; serverTime?: number }
  | { kind: 'unsigned' }
  | { kind: 'forged' }

/** @param request what was answered. @param now milliseconds since 1970. @see RFC 8945 section 5.3 @throws DnsFormatError */
export function verifyAnswer(answer: Buffer, request: SignedMessage, key: TransactionKey, now: number): Verdict {
  const { additionals, lastRecordAt } = readDnsMessage(answer)
  const last = additionals.at(-1)
  if (last?.type !== TYPE.TSIG) return { kind: 'unsigned' }
  const signature = readSignature(last.name, last.data)
  const { error, other, mac } = signature
  if (error !== 0) {
    const serverTime = other.length === 6 ? other.readUIntBE(0, 6) : undefined
    return { kind: 'refused', error, ...(serverTime !== undefined && { serverTime }) }
  }
  const unsigned = Buffer.from(answer.subarray(0, lastRecordAt))
  unsigned.writeUInt16BE(signature.originalId, 0)
  unsigned.writeUInt16BE(additionals.length - 1, 10)
  const expected = macOf(key, [numbers16(request.mac.length), request.mac, unsigned, variables(signature)])
  const isOurs = signature.keyName === key.name.toLowerCase() && signature.algorithm === key.algorithm
  const isRight = isOurs && mac.length === expected.length && timingSafeEqual(mac, expected)
  return { kind: isRight && Math.abs(now / 1000 - signature.time) <= signature.fudge ? 'good' : 'forged' }
}

function readSignature(keyName: string, data: Buffer): Signature {
  const { name: algorithm, end } = readName(data, 0)
  const macLength = data.readUInt16BE(end + 8)
  const rest = end + 10 + macLength
  return {
    ...{ keyName, algorithm, time: data.readUIntBE(end, 6), fudge: data.readUInt16BE(end + 6) },
    ...{ mac: data.subarray(end + 10, rest), originalId: data.readUInt16BE(rest), error: data.readUInt16BE(rest + 2) },
    other: data.subarray(rest + 6),
  }
}

/** What is signed besides the message. @see RFC 8945 section 4.3.3 */
function variables(signature: Omit<Signature, 'mac' | 'originalId'>): Buffer {
  const { keyName, algorithm, time, fudge, error, other } = signature
  return Buffer.concat([
    ...[encodeName(keyName), numbers16(CLASS.ANY), Buffer.alloc(4), encodeName(algorithm), time48(time)],
    ...[numbers16(fudge, error, other.length), other],
  ])
}

function macOf({ algorithm, secret }: TransactionKey, parts: Buffer[]): Buffer {
  const hmac = createHmac(algorithm.replace('hmac-', ''), secret)
  for (const part of parts) hmac.update(part)
  return hmac.digest()
}

function withOneMoreAdditional(message: Buffer, record: Buffer): Buffer {
  const bytes = Buffer.concat([message, record])
  bytes.writeUInt16BE(message.readUInt16BE(10) + 1, 10)
  return bytes
}

function time48(seconds: number): Buffer {
  const bytes = Buffer.alloc(6)
  bytes.writeUIntBE(seconds, 0, 6)
  return bytes
}
