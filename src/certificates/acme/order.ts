import { CertificateError } from '../certificate-error.ts'
import type { DnsRecords } from './dns/dns-records.ts'
import type { RenewalWindow } from './renewal-time.ts'

export type KeyKind = 'rsa' | 'ec'

export type ChallengeType = 'http-01' | 'tls-alpn-01' | 'dns-01'

/** Which CA, and how it is spoken to. */
export interface Directory {
  /** URL of the directory. */
  directory: string
  /** PEM roots that the directory is trusted by; those of Node if absent. */
  roots?: string | undefined
  /** `Skillgate/VERSION`. */
  userAgent: string
}

/** Credentials that a CA shows at its web site, to register accounts with. @see RFC 8555 section 7.3.4 */
export interface ExternalAccount {
  kid: string
  /** base64url. Never to be logged. */
  hmacKey: string
}

/** What is asked of a CA: one certificate. */
export interface OrderRequest extends Directory {
  /** PEM, ES256. */
  accountKey: string
  /** That of an earlier order with the same key; registered if absent. */
  accountUrl?: string | undefined
  /** Whether the person has accepted the terms of service of the CA. */
  termsOfServiceAgreed: boolean
  email?: string | undefined
  /** Whose account it is at the CA's web site, where the CA wants that said. */
  externalAccount?: ExternalAccount | undefined
  challenge: ChallengeType
  /** DNS names, the first one first. */
  names: string[]
  /** PEM, of the certificate. */
  key: string
  profile?: string | undefined
  /** The PEM chain that this one replaces, for the CA to know (RFC 9773 section 5). */
  replaces?: string | undefined
}

/** How the CA is shown whose names they are, and who is told meanwhile. */
export interface OrderWays {
  /** Serves what the CA looks for on port 80. @param keyAuthorization RFC 8555 section 8.1. */
  putHttp?: (token: string, keyAuthorization: string) => Promise<void>
  removeHttp?: (token: string) => Promise<void>
  /** Serves what the CA looks for at a handshake of `acme-tls/1` (RFC 8737). */
  putAlpn?: (name: string, keyAuthorization: string) => Promise<void>
  removeAlpn?: (name: string) => Promise<void>
  /** Puts records into the DNS. */
  dns?: DnsRecords
  /** Each step in words, for a person. */
  tell: (sentence: string) => void
  /** The account as soon as it is known, to be kept. */
  keepAccount?: (url: string) => Promise<void>
}

export interface OrderedCertificate {
  /** PEM: the certificate, then its chain. */
  certificate: string
  accountUrl: string
}

/** What a CA says about when to renew a certificate (RFC 9773). */
export interface RenewalInfo {
  /** Undefined where it doesn't say. */
  window: RenewalWindow | undefined
  /** When to ask again. Milliseconds. */
  retryAfterMs: number | undefined
  /** Where it explains why, if it does. */
  explanation: string | undefined
}

/** What a CA is asked for. Each rejects with OrderError only. */
export interface CertificateAuthority {
  /** @param stopping gives it up. */
  order: (request: OrderRequest, ways: OrderWays, stopping?: AbortSignal) => Promise<OrderedCertificate>
  /** @param certificate PEM. */
  renewalInfo: (directory: Directory, certificate: string) => Promise<RenewalInfo>
}

export interface OrderProblem {
  /** What the CA calls it, without its prefix (RFC 8555 section 6.7), such as `rateLimited`. */
  reason?: string | undefined
  /** How long the CA asks to wait. Milliseconds. */
  retryAfterMs?: number | undefined
}

/** An order came to nothing; the message says why, in words. */
export class OrderError extends CertificateError {
  override name = 'OrderError'
  /** What goes back over the pipe of an errand. */
  readonly details: OrderProblem

  constructor(message: string, details: OrderProblem = {}, cause?: unknown) {
    super('order_failed', message, cause)
    this.details = details
  }
}
