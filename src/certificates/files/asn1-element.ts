/** An element of ASN.1 in BER or DER (X.690): what PKCS#12 files are made of. */
export interface Asn1Element {
  tag: number
  /** With its tag and length. */
  whole: Buffer
  content: Buffer
}

export const SEQUENCE = 0x30
const CONSTRUCTED = 0x20
const INDEFINITE = 0x80
/** Deeper than any file that means well. */
const DEPTH_LIMIT = 32

/** @throws RangeError where it is no whole element and nothing else. */
export function parseAsn1(bytes: Buffer): Asn1Element {
  const { element, end } = elementAt(bytes, 0, DEPTH_LIMIT)
  if (end !== bytes.length) throw new RangeError('more than one element')
  return element
}

/** The elements in one; of one that isn't there, none. @throws RangeError */
export function partsOf(element: Asn1Element | undefined): Asn1Element[] {
  const parts: Asn1Element[] = []
  const content = element?.content ?? Buffer.alloc(0)
  for (let at = 0; at < content.length; ) {
    const { element: part, end } = elementAt(content, at, DEPTH_LIMIT)
    parts.push(part)
    at = end
  }
  return parts
}

/** The bytes of an OCTET STRING, which BER allows in pieces. @throws RangeError */
export function octetsOf(element: Asn1Element | undefined): Buffer {
  if (!element) throw new RangeError('octets are missing')
  return element.tag & CONSTRUCTED ? Buffer.concat(partsOf(element).map(octetsOf)) : element.content
}

/** Dotted; empty where there is none. */
export function oidOf(element: Asn1Element | undefined): string {
  const numbers: number[] = []
  let value = 0
  for (const byte of element?.content ?? []) {
    value = value * 128 + (byte & 0x7f)
    if (byte < 0x80) {
      numbers.push(value)
      value = 0
    }
  }
  const [first = 0, ...rest] = numbers
  const top = Math.min(Math.floor(first / 40), 2)
  return [top, first - top * 40, ...rest].join('.')
}

/** @throws RangeError for none, and for one of more than six bytes. */
export const integerOf = (element: Asn1Element | undefined): number => {
  const { content = Buffer.alloc(0) } = element ?? {}
  return content.readUIntBE(0, content.length)
}

function elementAt(bytes: Buffer, start: number, depth: number): { element: Asn1Element; end: number } {
  const [tag, first] = [bytes[start], bytes[start + 1]]
  if (tag === undefined || first === undefined || depth === 0) throw new RangeError('cut short')
  let at = start + 2
  let end: number
  let contentEnd: number
  if (first === INDEFINITE) {
    const begin = at
    while (bytes[at] !== 0 || bytes[at + 1] !== 0) at = elementAt(bytes, at, depth - 1).end
    ;[contentEnd, end, at] = [at, at + 2, begin]
  } else {
    const lengthBytes = first & 0x7f
    const length = first < INDEFINITE ? first : bytes.readUIntBE(at, lengthBytes)
    if (first > INDEFINITE) at += lengthBytes
    contentEnd = at + length
    end = contentEnd
  }
  if (end > bytes.length) throw new RangeError('cut short')
  return { element: { tag, whole: bytes.subarray(start, end), content: bytes.subarray(at, contentEnd) }, end }
}
