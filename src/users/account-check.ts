import { countFailure, forgetFailures, withdrawFailure } from '../limits/count-failures.ts'
import { type Applicant, openReservedSlots } from '../limits/reserved-slots.ts'
import type { AccountSource } from '../music-assistant/sign-in.ts'
import type { UserRecord } from '../store/records.ts'
import { openSession } from './account-session.ts'
import { type AccountTools, keepAccount } from './account-users.ts'
import type { HashTyped } from './hash-typed.ts'

/** The accounts at an upstream, with which people sign in here. */
export interface Accounts {
  /** Its name in the configuration. */
  upstream: string
  source: AccountSource
}

/** What came of checking a password. */
export type CheckedPassword =
  | { kind: 'right'; user: UserRecord; added?: boolean }
  | { kind: 'wrong' }
  /** Strangers have guessed at this account: for so many seconds nobody whom nobody knows may try. */
  | { kind: 'guessed'; seconds: number; first: boolean }
  /** The server with the account wants nobody to try for so many seconds. */
  | { kind: 'account-wait'; seconds: number }
  | { kind: 'guest' | 'account-disabled' }
  | { kind: 'unreachable'; detail: string }

export type CheckAccount = (applicant: Applicant, name: string, password: string) => Promise<CheckedPassword>

/**
 * How often strangers may fail at an account. Music Assistant lets nobody in for a while, not even with the right
 * password, when three have failed within half an hour: for 30 s at first, then for up to 300 s. Fewer than its next step
 * would have strangers lock out nobody.
 */
const STRANGERS_LIMIT = 3
const STRANGERS_COUNT_FOR_MS = 30 * 60_000

/** Checks a password at the upstream that has the accounts, and keeps the user whose it is. */
export function openAccountCheck(
  tools: AccountTools,
  { upstream, source }: Accounts,
  hashTyped: HashTyped,
): CheckAccount {
  const { store, environment, sealer } = tools
  const { now } = environment
  const slots = openReservedSlots()

  return async function checkAccount(applicant, name, password) {
    const isKnown = applicant.standing === 'known'
    const counter = strangersAt(hashTyped, name)
    const counted = isKnown ? undefined : await countFailure(store, now, counter.id, STRANGERS_LIMIT, counter.forMs)
    if (counted?.kind === 'wait') return { ...counted, kind: 'guessed' }
    const withdraw = async () => counted && withdrawFailure(store, now, counted)
    try {
      const answer = await slots.run(applicant, () => source.signIn(name, password))
      switch (answer.kind) {
        case 'signed-in':
          await forgetFailures(store, now, counter)
          return await keep(answer)
        case 'wrong':
          return answer
        case 'disabled':
          return { kind: 'account-disabled' }
        case 'throttled':
          await withdraw()
          return { kind: 'account-wait', seconds: answer.seconds }
        default:
          await withdraw()
          return answer
      }
    } catch (error) {
      await withdraw().catch(() => {})
      throw error
    }
  }

  async function keep(signedIn: Parameters<typeof keepAccount>[2]): Promise<CheckedPassword> {
    const kept = await keepAccount(tools, upstream, signedIn)
    if (!kept) {
      await source.signOut(signedIn.session)
      return { kind: 'wrong' }
    }
    const { user, before } = kept
    if (before) endEarlier(before)
    return { kind: 'right', user, added: before === undefined }
  }

  /** Nobody waits for it: nothing depends on it, and it ends by itself. */
  function endEarlier(before: UserRecord): void {
    try {
      const session = openSession(sealer, before)
      if (session !== undefined) source.signOut(session).catch(() => {})
    } catch {
      // Sealed with a key that was lost: it was no use any more.
    }
  }
}

/** Where strangers' failures at an account are counted. */
export function strangersAt(hashTyped: HashTyped, name: string) {
  return { id: `account.${hashTyped(name)}`, forMs: STRANGERS_COUNT_FOR_MS }
}
