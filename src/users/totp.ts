import { Secret, TOTP } from 'otpauth'
import type { Environment } from '../config/environment.ts'

/** What every authenticator understands. Written out, for not all of them read the URI's other parameters. */
const FORM = { algorithm: 'SHA1', digits: 6, period: 30 }
/** Steps that a clock may be off. @see RFC 6238 section 5.2 */
const WINDOW_STEPS = 1

/** A new secret: 160 bits as base32. @see RFC 4226 section 4 */
export function newTotpSecret({ randomBytes }: Pick<Environment, 'randomBytes'>): string {
  return new Secret({ buffer: new Uint8Array(randomBytes(20)).buffer }).base32
}

/** What a QR code for authenticators holds. @param issuer what they call this place. */
export function totpUri(secret: string, issuer: string, name: string): string {
  return new TOTP({ ...FORM, issuer, label: name, secret }).toString()
}

/** @returns the time step that this is the code of, now or one step away; undefined when it is not right. */
export function stepOfCode(secret: string, typed: string, now: number): number | undefined {
  const token = typed.replace(/\s/g, '')
  // Other characters would make otpauth throw.
  if (!/^\d{6}$/.test(token)) return undefined
  const at = { ...FORM, secret: Secret.fromBase32(secret), timestamp: now }
  const delta = TOTP.validate({ ...at, token, window: WINDOW_STEPS })
  return delta === null ? undefined : TOTP.counter(at) + delta
}
