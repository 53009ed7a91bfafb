import type { AccessKind, Decision } from './access.ts'

/** Everybody is let in, and nobody is anybody. */
export interface NoneAccess {
  kind: 'none'
}

const ALLOWED: Decision = { kind: 'allow' }

export const none: AccessKind<NoneAccess> = {
  credentialHeaders: [],
  read: () => ({ kind: 'none' }),
  decide: () => ALLOWED,
  stillHolds: () => true,
}
