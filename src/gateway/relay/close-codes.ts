import type { Closing } from './conversation.ts'

/** What the client's Close frame says. @see RFC 6455 section 7.4 and the registry of IANA's that it made */
export const CLOSE_CODES: Record<Closing, { code: number; reason: string }> = {
  // As Music Assistant closes: it just hangs up.
  malformed: { code: 1000, reason: '' },
  'too many tries': { code: 1008, reason: 'too many tries to sign in' },
  'too slow to sign in': { code: 1008, reason: 'sign in within 10 s' },
  'others came': { code: 1013, reason: 'too many are signing in' },
  'access ended': { code: 1008, reason: 'access ended' },
  stopped: { code: 1001, reason: 'the gateway is stopping' },
  'upstream broke off': { code: 1014, reason: 'the server behind the gateway broke off' },
  failed: { code: 1013, reason: 'try again later' },
}

/** Whether a code that one side closed with may be told to the other: the rest are for what was never sent. */
export function isPassedOn(code: number): boolean {
  return (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code <= 4999)
}
