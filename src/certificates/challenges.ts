import type { Environment } from '../config/environment.ts'
import { challengeCertificate } from './acme/challenge-certificate.ts'
import { CertificateError } from './certificate-error.ts'
import { certificateName } from './server-certificate.ts'

export interface Challenges {
  /**
   * @param keyAuthorization the token, a dot, and the thumbprint of the account's key (RFC 8555 section 8.1)
   * @throws CertificateError challenge_invalid: nothing but a key authorization is ever served from here
   */
  put: (token: string, keyAuthorization: string) => void
  remove: (token: string) => void
  /** @param path of the request, without its query. @returns the body to answer 200 with, or undefined for a 404. */
  answer: (path: string) => string | undefined
  /** What the TLS listener shows a CA that asks for `acme-tls/1` at this name. @throws CertificateError challenge_invalid */
  putAlpn: (name: string, keyAuthorization: string) => Promise<void>
  removeAlpn: (name: string) => void
  /** What a CA is shown that asks for `acme-tls/1` at this name (RFC 8737), in PEM; undefined where none is expected. */
  alpnContext: (serverName: string) => { cert: string; key: string } | undefined
}

const PREFIX = '/.well-known/acme-challenge/'
/** At least 128 bits, in the base64url alphabet without padding (RFC 8555 section 8.3). */
const TOKEN = /^[A-Za-z0-9_-]{22,}$/
const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/

/**
 * What a certificate authority is answered with that checks whose name this is: by the plain listener, as
 * `application/octet-stream` and before anything is redirected, and by the TLS listener.
 * @see RFC 8555 section 8.3, RFC 8737
 */
export function openChallenges(environment: Pick<Environment, 'now' | 'randomBytes'>): Challenges {
  const pending = new Map<string, string>()
  const shown = new Map<string, { cert: string; key: string }>()
  return {
    put(token, keyAuthorization) {
      if (tokenOf(keyAuthorization) !== token) throw noChallenge()
      pending.set(token, keyAuthorization)
    },
    remove(token) {
      pending.delete(token)
    },
    async putAlpn(name, keyAuthorization) {
      if (tokenOf(keyAuthorization) === undefined) throw noChallenge()
      shown.set(certificateName(name), await challengeCertificate({ name, keyAuthorization }, environment))
    },
    removeAlpn(name) {
      shown.delete(certificateName(name))
    },
    alpnContext: (serverName) => shown.get(certificateName(serverName)),
    answer: (path) => (path.startsWith(PREFIX) ? pending.get(path.slice(PREFIX.length)) : undefined),
  }
}

/** The token of a key authorization; undefined where it isn't one. */
function tokenOf(keyAuthorization: string): string | undefined {
  const [token = '', thumbprint = '', ...rest] = keyAuthorization.split('.')
  return TOKEN.test(token) && THUMBPRINT.test(thumbprint) && rest.length === 0 ? token : undefined
}

function noChallenge(): CertificateError {
  return new CertificateError('challenge_invalid', 'The certificate authority sent a challenge that is not one.')
}
