import { CertificateError } from './certificate-error.ts'

export interface Challenges {
  /**
   * @param keyAuthorization the token, a dot, and the thumbprint of the account's key (RFC 8555 section 8.1)
   * @throws CertificateError challenge_invalid: nothing but a key authorization is ever served from here
   */
  put: (token: string, keyAuthorization: string) => void
  remove: (token: string) => void
  /** @param path of the request, without its query. @returns the body to answer 200 with, or undefined for a 404. */
  answer: (path: string) => string | undefined
  /** What a CA is shown that asks for `acme-tls/1` at this name (RFC 8737), in PEM; undefined where none is expected. */
  alpnContext: (serverName: string) => { cert: string; key: string } | undefined
  /** Shows this at the name, from the next handshake on. */
  putAlpn: (name: string, shown: { cert: string; key: string }) => void
  removeAlpn: (name: string) => void
}

const PREFIX = '/.well-known/acme-challenge/'
/** At least 128 bits, in the base64url alphabet without padding (RFC 8555 section 8.3). */
const TOKEN = /^[A-Za-z0-9_-]{22,}$/
const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/

/**
 * What the plain listener answers a certificate authority with that checks whose name this is, as
 * `application/octet-stream` and before anything is redirected.
 * @see RFC 8555 section 8.3
 */
export function openChallenges(): Challenges {
  const pending = new Map<string, string>()
  const shown = new Map<string, { cert: string; key: string }>()
  return {
    put(token, keyAuthorization) {
      const [start, thumbprint = '', ...rest] = keyAuthorization.split('.')
      if (!TOKEN.test(token) || start !== token || !THUMBPRINT.test(thumbprint) || rest.length > 0) {
        throw new CertificateError('challenge_invalid', 'The certificate authority sent a challenge that is not one.')
      }
      pending.set(token, keyAuthorization)
    },
    remove(token) {
      pending.delete(token)
    },
    answer: (path) => (path.startsWith(PREFIX) ? pending.get(path.slice(PREFIX.length)) : undefined),
    alpnContext: (serverName) => shown.get(serverName.toLowerCase()),
    putAlpn: (name, context) => void shown.set(name.toLowerCase(), context),
    removeAlpn: (name) => void shown.delete(name.toLowerCase()),
  }
}
