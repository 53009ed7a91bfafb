import type { X509Certificate } from 'node:crypto'

/** One extension of a certificate. @see RFC 5280 section 4.2 */
interface Extension {
  critical: boolean
  /** In DER. */
  value: Buffer
}

/** By their object identifiers, as hexadecimal digits of their DER. */
export const EXTENSIONS = {
  basicConstraints: '551d13',
  keyUsage: '551d0f',
  extendedKeyUsage: '551d25',
  subjectAltName: '551d11',
  certificatePolicies: '551d20',
  nameConstraints: '551d1e',
} as const

interface Element {
  tag: number
  content: Buffer
}

/**
 * All of a certificate's extensions: of most of them node:crypto tells nothing.
 * @throws RangeError where it isn't DER, which OpenSSL has let pass, or has one of them twice.
 */
export function extensionsOf({ raw }: Pick<X509Certificate, 'raw'>): Map<string, Extension> {
  const [certificate] = elementsOf(raw)
  const [toBeSigned] = elementsOf(certificate!.content)
  const wrapped = elementsOf(toBeSigned!.content).find(({ tag }) => tag === 0xa3)
  const [list] = wrapped ? elementsOf(wrapped.content) : []
  const extensions = new Map<string, Extension>()
  for (const { content } of elementsOf(list?.content ?? Buffer.alloc(0))) {
    const parts = elementsOf(content)
    const id = parts[0]!.content.toString('hex')
    // Of two, OpenSSL reads neither, and others the first or the last. RFC 5280 section 4.2 has one at the most.
    if (extensions.has(id)) throw new RangeError(`the extension ${id} is there twice`)
    const critical = parts.find(({ tag }) => tag === 0x01)?.content[0] === 0xff
    extensions.set(id, { critical, value: parts.at(-1)!.content })
  }
  return extensions
}

/** How many CAs may stand between this one and the last certificate; any number if absent. @see RFC 5280 section 4.2.1.9 */
export function pathLengthOf({ value }: Pick<Extension, 'value'>): number | undefined {
  const [sequence] = elementsOf(value)
  return elementsOf(sequence?.content ?? Buffer.alloc(0))
    .find(({ tag }) => tag === 0x02)
    ?.content.readUIntBE(0, 1)
}

/** Whether the key may sign what is no certificate. @see RFC 5280 section 4.2.1.3 */
export function maySignData({ value }: Pick<Extension, 'value'>): boolean {
  const [bits] = elementsOf(value)
  // The first byte says how many bits of the last one don't count.
  return ((bits?.content[1] ?? 0) & 0x80) !== 0
}

/** What stands in a row in DER. */
function elementsOf(bytes: Buffer): Element[] {
  const elements: Element[] = []
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes.readUInt8(at)
    const first = bytes.readUInt8(at + 1)
    const more = first < 0x80 ? 0 : first - 0x80
    const length = more === 0 ? first : bytes.readUIntBE(at + 2, more)
    const start = at + 2 + more
    elements.push({ tag, content: bytes.subarray(start, start + length) })
    at = start + length
  }
  return elements
}
