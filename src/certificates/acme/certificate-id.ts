import { X509Certificate } from 'node:crypto'

/** authorityKeyIdentifier, 2.5.29.35, as DER has it. */
const AUTHORITY_KEY_ID = Buffer.from('0603551d23', 'hex')
const [BOOLEAN, OCTET_STRING, SEQUENCE, KEY_IDENTIFIER] = [0x01, 0x04, 0x30, 0x80]

/**
 * What a CA calls one of its certificates when it is asked when to renew it, and told by what it is replaced.
 * @param pem the certificate first. @returns undefined where it doesn't say by which key it was issued.
 * @see RFC 9773 section 4.1
 */
export function certificateId(pem: string): string | undefined {
  const certificate = new X509Certificate(pem)
  const keyId = authorityKeyId(certificate.raw)
  return keyId && `${keyId.toString('base64url')}.${serialBytes(certificate.serialNumber).toString('base64url')}`
}

/** All lengths in an extension as short as this fit into one byte. */
function authorityKeyId(der: Buffer): Buffer | undefined {
  const found = der.indexOf(AUTHORITY_KEY_ID)
  if (found < 0) return undefined
  let at = found + AUTHORITY_KEY_ID.length
  // Not critical, as a rule.
  if (der[at] === BOOLEAN) at += 3
  for (const tag of [OCTET_STRING, SEQUENCE]) {
    if (der[at] !== tag) return undefined
    at += 2
  }
  const length = der[at + 1] ?? 0
  return der[at] === KEY_IDENTIFIER && length > 0 ? der.subarray(at + 2, at + 2 + length) : undefined
}

/** As DER has it, with a zero in front where the number would be a negative one. */
function serialBytes(hex: string): Buffer {
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes
}
