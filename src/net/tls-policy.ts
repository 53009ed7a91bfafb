import { constants } from 'node:crypto'
import { createSecureContext } from 'node:tls'

/** Which suites clients may choose from. */
export type Suites = 'modern' | 'alexa' | 'old'

/** Best first; the server's order decides. Those of TLS 1.3 stand for themselves, and all of these encrypt and authenticate at once. */
const MODERN = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
]

/** Some of Amazon's clients that link accounts offer nothing better than CBC. */
const ALEXA = [
  ...MODERN,
  'ECDHE-ECDSA-AES128-SHA256',
  'ECDHE-RSA-AES128-SHA256',
  'ECDHE-ECDSA-AES256-SHA384',
  'ECDHE-RSA-AES256-SHA384',
  'ECDHE-ECDSA-AES128-SHA',
  'ECDHE-RSA-AES128-SHA',
  'ECDHE-ECDSA-AES256-SHA',
  'ECDHE-RSA-AES256-SHA',
]

/** What was said stays secret only for as long as the certificate's key does. */
const OLD = [
  ...ALEXA,
  'AES128-GCM-SHA256',
  'AES256-GCM-SHA384',
  'AES128-SHA256',
  'AES256-SHA256',
  'AES128-SHA',
  'AES256-SHA',
]

const CIPHERS: Record<Suites, string[]> = { modern: MODERN, alexa: ALEXA, old: OLD }

/** Whatever was set elsewhere: keys of 112 bits of security at least (RSA of 2048), and no SHA-1 under a signature. */
const SECURITY_LEVEL = '@SECLEVEL=2'

/** No finite fields, which cost the server much more than whoever asks for them (CVE-2002-20001). */
const CURVES = ['X25519', 'P-256', 'P-384']

/** What is recorded today stays secret from tomorrow's quantum computers; OpenSSL knows it from 3.5 on. */
const POST_QUANTUM = ['X25519MLKEM768'].filter(isKnown)

const SIGNATURES = [
  'ecdsa_secp256r1_sha256',
  'rsa_pss_rsae_sha256',
  'rsa_pkcs1_sha256',
  'ed25519',
  'ecdsa_secp384r1_sha384',
  'rsa_pss_rsae_sha384',
  'rsa_pkcs1_sha384',
  'ecdsa_secp521r1_sha512',
  'rsa_pss_rsae_sha512',
  'rsa_pkcs1_sha512',
  'rsa_pss_pss_sha256',
  'rsa_pss_pss_sha384',
  'rsa_pss_pss_sha512',
]

/** Seconds that a session can be resumed for. */
const SESSION_LIFETIME = 300

/**
 * How TLS is spoken to clients, said in full, so that no flag of Node's (`--tls-cipher-list`, `--tls-min-v1.0`) and no
 * default of another release changes it. Belongs into every context that a listener may serve.
 * @see RFC 9325 section 4
 */
export function tlsPolicy(suites: Suites) {
  return {
    // Alexa doesn't link over TLS 1.3 alone.
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    ciphers: [...CIPHERS[suites], SECURITY_LEVEL].join(':'),
    honorCipherOrder: true,
    ecdhCurve: [...POST_QUANTUM, ...CURVES].join(':'),
    sigalgs: SIGNATURES.join(':'),
    sessionTimeout: SESSION_LIFETIME,
    // A client that handshakes again and again on one connection makes the server work for nothing (RFC 9325 section 3.5).
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_COMPRESSION,
  } as const
}

function isKnown(curve: string): boolean {
  try {
    createSecureContext({ ecdhCurve: curve })
    return true
  } catch {
    return false
  }
}
