import type { CheckedPassword } from './account-check.ts'
import type { Admitted } from './sign-in-throttle.ts'

/** What came of a password that lets nobody in. */
export type RefusedPassword = Exclude<CheckedPassword, { kind: 'right' }>

/** What happens to the failure that was counted before it was one, and what the audit trail says where it knows no better. */
const REFUSED: Record<RefusedPassword['kind'], { counted: 'stays' | 'withdraw' | 'withdrawOfName'; detail?: string }> =
  {
    wrong: { counted: 'stays' },
    // As at Music Assistant.
    'account-disabled': { counted: 'stays', detail: 'the account is disabled at its server' },
    // Nothing was tried; but whoever asks again and again pays for it.
    guessed: { counted: 'withdrawOfName', detail: 'too many failures at this account' },
    'account-wait': { counted: 'withdrawOfName', detail: 'the server with the account wants nobody to try now' },
    guest: { counted: 'withdraw', detail: 'the account is a guest, who can link nothing' },
    unreachable: { counted: 'withdraw' },
  }

/**
 * Counts it, or not. Where it was tried here first it stays a failure, whatever the server with the accounts said then: a
 * server that is down would otherwise make guesses at passwords of ours cost nothing.
 * @returns why it was refused, for the audit trail; undefined where that depends on whose name it was.
 */
export async function settleRefused(
  refused: RefusedPassword,
  admitted: Admitted,
  { triedHere }: { triedHere: boolean },
): Promise<string | undefined> {
  const { counted, detail } = REFUSED[refused.kind]
  if (counted !== 'stays' && !triedHere) await admitted[counted]()
  return refused.kind === 'unreachable' ? refused.detail : detail
}
