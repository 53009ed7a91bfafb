import type { LinkAttempt } from './trace-links.ts'

/** How far an attempt to link came, or where it broke. */
export type LinkVerdict =
  | 'works'
  | 'under way'
  | 'ended'
  | 'link refused'
  | 'form refused'
  | 'nobody signed in'
  | 'sign-in failed'
  | 'locked out'
  | 'second factor missing'
  | 'not decided'
  | 'denied'
  | 'no token request'
  | 'token refused'
  | 'code reused'
  | 'never called'

/** Milliseconds that may pass until the next step comes, before it is missing. */
const DUE_MS = {
  /** People look for their passwords. */
  person: 5 * 60_000,
  /** Amazon's servers don't. */
  tokenRequest: 30_000,
  /** Somebody has to speak. */
  firstCall: 10 * 60_000,
}

/** From the events of an attempt to what they mean. @param now milliseconds since 1970. */
export function judgeLink({ steps }: LinkAttempt, now: number): LinkVerdict {
  const happened = new Set(steps.map(({ event }) => event))
  const last = steps.at(-1)
  const since = last ? now - Date.parse(last.time) : 0
  const unlessDue = (verdict: LinkVerdict, dueMs: number) => (since < dueMs ? 'under way' : verdict)

  if (happened.has('code_reused')) return 'code reused'
  if (happened.has('revoked') || happened.has('refresh_token_reused')) return 'ended'
  if (happened.has('first_call') || happened.has('tokens_refreshed')) return 'works'
  if (happened.has('code_redeemed')) return unlessDue('never called', DUE_MS.firstCall)
  if (happened.has('token_refused')) return 'token refused'
  if (happened.has('consented')) return unlessDue('no token request', DUE_MS.tokenRequest)
  if (happened.has('denied')) return 'denied'
  if (last?.event === 'link_refused') return happened.has('link_opened') ? 'form refused' : 'link refused'
  if (happened.has('signed_in')) return unlessDue('not decided', DUE_MS.person)
  if (happened.has('locked_out')) return 'locked out'
  if (last?.event === 'sign_in_failed') return 'sign-in failed'
  if (happened.has('second_factor_asked')) return unlessDue('second factor missing', DUE_MS.person)
  return unlessDue('nobody signed in', DUE_MS.person)
}
