import { createHash, timingSafeEqual } from 'node:crypto'
import type { Environment } from '../config/environment.ts'

/** A new token, code or secret: 32 random bytes as 43 characters of base64url. */
export function newSecret({ randomBytes }: Pick<Environment, 'randomBytes'>): string {
  return randomBytes(32).toString('base64url')
}

/** Whether this has the form of what `newSecret` makes. Anything else need not be looked up. */
export function isSecret(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text)
}

/** What is stored in a secret's place: its SHA-256 as base64url. Enough for 256 random bits, not for a password. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url')
}

/** The one comparison of secrets. It takes the same time wherever they differ, and whatever their lengths are. */
export function sameSecret(given: string, expected: string): boolean {
  return timingSafeEqual(createHash('sha256').update(given).digest(), createHash('sha256').update(expected).digest())
}
