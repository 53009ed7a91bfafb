import { rawHeaderValues } from '../../http/raw-headers.ts'
import { refuse } from './refuse.ts'

export interface SignatureHeaders {
  certificateUrl: string
  /** In base64. */
  signature: string
}

/**
 * What a request is signed by. `Signature`, which is of SHA-1, counts for nothing.
 * @throws GatewayError skill_request_refused
 */
export function readSignatureHeaders(rawHeaders: string[]): SignatureHeaders {
  return {
    certificateUrl: onlyValue(rawHeaders, 'signaturecertchainurl'),
    signature: onlyValue(rawHeaders, 'signature-256'),
  }
}

function onlyValue(rawHeaders: string[], name: string): string {
  const [value, ...more] = rawHeaderValues(rawHeaders, name)
  if (value === undefined || value === '') return refuse('header-missing', name)
  // Of two, whoever is behind us might read the other one.
  if (more.length > 0) return refuse('header-twice', name)
  return value
}
