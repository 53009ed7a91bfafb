import { createHmac } from 'node:crypto'
import type { Sealer } from '../secrets/seal.ts'

/** Stands for what somebody typed. */
export type HashTyped = (text: string) => string

/**
 * What is typed as a name may be a password, and most of what is typed can be guessed: so it is stored only as a hash
 * under the key, of which a copy of the database tells nothing.
 */
export function typedHasher(sealer: Pick<Sealer, 'key'>): HashTyped {
  const key = sealer.key('what is typed to sign in')
  return (text) => createHmac('sha256', key).update(text).digest('base64url')
}
