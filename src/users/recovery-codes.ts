import { Secret } from 'otpauth'
import type { Environment } from '../config/environment.ts'
import { hashSecret } from '../secrets/secret.ts'

const HOW_MANY = 10
/** 80 bits: enough that a plain hash of it tells nothing. */
const BYTES = 10

export interface RecoveryCodes {
  /** For the person, such as `abcd-efgh-ijkl-mnop`; kept nowhere. */
  codes: string[]
  /** What is stored. */
  hashes: string[]
}

/** Ten codes for whoever has lost the device, each good once. */
export function newRecoveryCodes({ randomBytes }: Pick<Environment, 'randomBytes'>): RecoveryCodes {
  const plain = Array.from({ length: HOW_MANY }, () => base32(randomBytes(BYTES)).toLowerCase())
  return { codes: plain.map((code) => code.replace(/.{4}(?=.)/g, '$&-')), hashes: plain.map(hashSecret) }
}

/** @param typed in any case, with or without dashes and spaces. @returns undefined for what can't be a recovery code. */
export function hashRecoveryCode(typed: string): string | undefined {
  const plain = typed.replace(/[\s-]/g, '').toLowerCase()
  return /^[a-z2-7]{16}$/.test(plain) ? hashSecret(plain) : undefined
}

/** @see RFC 4648 section 6 */
function base32(bytes: Uint8Array): string {
  return new Secret({ buffer: new Uint8Array(bytes).buffer }).base32
}
