import type { Decision } from './access.ts'

/** Everybody is let in, and nobody is anybody. */
export interface NoneAccess {
  kind: 'none'
}

export function decideNone(): Decision {
  return ALLOWED
}

const ALLOWED: Decision = { kind: 'allow' }
