import { createHash, type X509Certificate } from 'node:crypto'
import { fingerprintOf } from '../../net/fingerprint-of.ts'
import type { Logger } from '../../telemetry/log.ts'
import { parseCertificates } from '../read-pem.ts'
import type { ServerCertificate } from '../server-certificate.ts'
import { type CertificateParts, certificateParts } from './certificate-parts.ts'
import { checkAnswer } from './check-answer.ts'
import { DerError } from './der.ts'
import { type AskResponder, ResponderError } from './fetch-answer.ts'
import { certificateId, ocspRequest } from './ocsp-request.ts'

/** The wait after a first failure; each further one doubles it, up to the second of these. */
const RETRY_MS = 60_000
const LONGEST_RETRY_MS = 6 * 3_600_000
/** After a good answer a responder is asked again no sooner than this, whatever the answer says of itself. */
const RENEW_MS = 5 * 60_000

/** What responders say of the certificates that are served. */
export interface Staples {
  /** What to hand to a client, at once. @param certificate the one that it is served, in DER. */
  find: (certificate: Buffer) => Buffer | undefined
  /** Whether this one, in PEM, names a responder. */
  isWatched: (chain: string) => boolean
  /** From now on these are asked about, where they name a responder; the others are forgotten. */
  set: (certificates: Pick<ServerCertificate, 'certificate'>[]) => void
  /** Asks about those whose turn it is, one after the other. Never rejects. */
  look: (stopped?: AbortSignal) => Promise<void>
}

export interface StapleTools {
  now: () => number
  ask: AskResponder
  log: Pick<Logger, 'info' | 'warn' | 'error'>
}

interface Watched {
  certificate: X509Certificate
  issuer: X509Certificate
  parts: CertificateParts
  responder: string
  /** The last good answer. */
  answer: { bytes: Buffer; nextUpdate: number } | undefined
  /** Of the last answer, in milliseconds since 1970: one that is older than that is not taken. */
  thisUpdate: number
  dueAt: number
  failures: number
  /** What was said last, so that it is said once. */
  trouble: string | undefined
}

/** What is handed over at a handshake lies ready here, so that none ever waits for a responder. */
export function openStaples({ now, ask, log }: StapleTools): Staples {
  let all = new Map<string, Watched>()

  function set(certificates: Pick<ServerCertificate, 'certificate'>[]): void {
    const next = new Map<string, Watched>()
    for (const { certificate: pem } of certificates) {
      const [certificate, issuer] = parseCertificates(pem, 'a certificate that is served')
      if (!certificate || !issuer) continue
      const key = fingerprintOf(certificate)
      const parts = partsOf(certificate)
      if (!parts) continue
      const { responder, mustStaple } = parts
      if (responder === undefined) {
        if (mustStaple && !all.has(key)) log.warn({ detail: MUST_WITHOUT_RESPONDER }, 'certificate')
        continue
      }
      const begun = { answer: undefined, thisUpdate: 0, dueAt: 0, failures: 0, trouble: undefined }
      next.set(key, all.get(key) ?? { certificate, issuer, parts, responder, ...begun })
    }
    all = next
  }

  async function look(stopped?: AbortSignal): Promise<void> {
    for (const one of all.values()) {
      if (stopped?.aborted) return
      if (one.dueAt <= now()) await lookAt(one, stopped)
    }
  }

  async function lookAt(one: Watched, stopped?: AbortSignal): Promise<void> {
    const { certificate, issuer, parts, responder } = one
    let bytes: Buffer
    try {
      bytes = await ask(responder, ocspRequest(certificateId(parts, certificateParts(issuer))), stopped)
    } catch (error) {
      if (!(error instanceof ResponderError)) throw error
      if (!stopped?.aborted) failed(one, error.message)
      return
    }
    const checked = checkAnswer(bytes, { certificate, issuer, now: now() })
    if (checked.status === 'unusable') return failed(one, checked.why)
    if (checked.thisUpdate < one.thisUpdate) return failed(one, 'its answer is older than the one before')
    one.thisUpdate = checked.thisUpdate
    if (checked.status === 'revoked') return revoked(one)
    const { nextUpdate } = checked
    one.answer = { bytes, nextUpdate }
    if (one.trouble !== undefined)
      log.info({ detail: `${responder} says that it is good` }, 'OCSP answer is there again')
    one.trouble = undefined
    one.failures = 0
    one.dueAt = Math.max(now() + RENEW_MS, checked.thisUpdate + (nextUpdate - checked.thisUpdate) / 2)
  }

  function failed(one: Watched, why: string): void {
    one.dueAt = now() + Math.min(RETRY_MS * 2 ** one.failures, LONGEST_RETRY_MS)
    one.failures++
    const isUnstapled = current(one) === undefined
    const refused = one.parts.mustStaple && isUnstapled ? REFUSED_WITHOUT : ''
    // Said again where it becomes serious.
    const detail = `${one.responder}: ${why}${refused}`
    if (one.trouble !== detail) log.warn({ detail }, 'no OCSP answer to hand to clients')
    one.trouble = detail
  }

  function revoked(one: Watched): void {
    one.answer = undefined
    one.failures = 0
    one.dueAt = now() + LONGEST_RETRY_MS
    const which = one.certificate.subject?.replaceAll('\n', ', ') ?? ''
    const detail = `${one.responder} says that the certificate of ${which} (serial number ${one.certificate.serialNumber}) is revoked: clients refuse it. Renew it now, with a new key: skillgate cert renew`
    log.error({ detail }, 'certificate revoked')
    one.trouble = detail
  }

  function current({ answer }: Watched): Buffer | undefined {
    return answer && answer.nextUpdate > now() ? answer.bytes : undefined
  }

  return {
    find(certificate) {
      if (all.size === 0) return undefined
      const one = all.get(createHash('sha256').update(certificate).digest('hex'))
      return one && current(one)
    },
    isWatched(chain) {
      const [certificate, issuer] = parseCertificates(chain, 'a certificate that is served')
      return certificate !== undefined && issuer !== undefined && partsOf(certificate)?.responder !== undefined
    },
    set,
    look,
  }
}

/** What OpenSSL takes and isn't DER to the letter is served without an answer. */
function partsOf(certificate: X509Certificate): CertificateParts | undefined {
  try {
    return certificateParts(certificate)
  } catch (error) {
    if (error instanceof DerError) return undefined
    throw error
  }
}

const REFUSED_WITHOUT = '. The certificate says that clients must get one (must-staple): those that know that refuse it'
const MUST_WITHOUT_RESPONDER =
  'it says that clients must get an OCSP answer (must-staple), but names no responder: those that know that refuse it. Ask the CA for one without must-staple'
