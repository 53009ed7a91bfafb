import { type KeyObject, verify } from 'node:crypto'
import { refuse } from './refuse.ts'

/** Bytes: of keys of 2048 to 4096 bits. */
const SIGNATURE_BYTES = { least: 256, most: 512 }

const BASE64 = /^(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/** @param text the value of `Signature-256`. @throws GatewayError skill_request_refused */
export function readSignature(text: string): Buffer {
  if (text.length > 2 * SIGNATURE_BYTES.most || !BASE64.test(text)) refuse('signature-malformed', 'no base64')
  const bytes = Buffer.from(text, 'base64')
  const { least, most } = SIGNATURE_BYTES
  if (bytes.length < least || bytes.length > most) refuse('signature-malformed', `of ${bytes.length} bytes`)
  return bytes
}

/**
 * Whether the key has signed just these bytes, by RSA (PKCS #1 v1.5) with SHA-256.
 * @throws GatewayError skill_request_refused
 */
export function checkSignature(body: Uint8Array, signature: Uint8Array, key: KeyObject): void {
  if (!isSignedBy(body, signature, key))
    refuse('signature-wrong', 'the body is not what was signed, or not by this key')
}

function isSignedBy(body: Uint8Array, signature: Uint8Array, key: KeyObject): boolean {
  try {
    return verify('RSA-SHA256', body, key, signature)
  } catch {
    // OpenSSL can make nothing of such a signature, or of such a key.
    return false
  }
}
