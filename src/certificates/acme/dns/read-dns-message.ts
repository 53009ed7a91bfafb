import { DnsFormatError, type DnsMessage, type ResourceRecord } from './dns-message.ts'

/** Of pointers in one name: enough for 255 bytes, and no circle. */
const POINTER_LIMIT = 127

export interface ReadMessage extends DnsMessage {
  /** Where the last of the additional records begins: the signature, if there is one. */
  lastRecordAt: number
}

/** A message as it came (RFC 1035 section 4). @throws DnsFormatError */
export function readDnsMessage(bytes: Buffer): ReadMessage {
  let at = 0
  let lastRecordAt = 0

  function take(length: number): Buffer {
    if (at + length > bytes.length) throw new DnsFormatError('the message is cut short')
    at += length
    return bytes.subarray(at - length, at)
  }
  const number16 = () => take(2).readUInt16BE()

  function record(): ResourceRecord {
    lastRecordAt = at
    const name = takeName()
    const [type, kind, ttl] = [number16(), number16(), take(4).readUInt32BE()]
    return { name, type, class: kind, ttl, data: take(number16()) }
  }

  function takeName(): string {
    const { name, end } = readName(bytes, at)
    at = end
    return name
  }

  const [id, flags, ...counts] = [number16(), number16(), number16(), number16(), number16(), number16()] as const
  const questions = times(counts[0], () => ({ name: takeName(), type: number16(), class: number16() }))
  const answers = times(counts[1], record)
  const authorities = times(counts[2], record)
  const additionals = times(counts[3], record)
  return { id, flags, questions, answers, authorities, additionals, lastRecordAt }
}

/** @returns the name in lower case, and where what follows begins. @throws DnsFormatError */
export function readName(bytes: Buffer, start: number): { name: string; end: number } {
  const labels: string[] = []
  let at = start
  let end: number | undefined
  for (let pointers = 0; ; ) {
    const length = byteAt(bytes, at)
    if (length === 0) return { name: labels.join('.'), end: end ?? at + 1 }
    if (length >= 0xc0) {
      if (++pointers > POINTER_LIMIT) throw new DnsFormatError('a name leads in a circle')
      end ??= at + 2
      at = ((length & 0x3f) << 8) | byteAt(bytes, at + 1)
    } else {
      if (at + 1 + length > bytes.length || length > 63) throw new DnsFormatError('a name is cut short')
      labels.push(bytes.toString('latin1', at + 1, at + 1 + length).toLowerCase())
      at += 1 + length
      if (labels.length > POINTER_LIMIT) throw new DnsFormatError('a name has too many labels')
    }
  }
}

function byteAt(bytes: Buffer, at: number): number {
  const byte = bytes[at]
  if (byte === undefined) throw new DnsFormatError('a name is cut short')
  return byte
}

function times<Each>(count: number, make: () => Each): Each[] {
  return Array.from({ length: count }, make)
}
