import type { Environment } from '../config/environment.ts'
import { openReservedSlots, type ReservedSlots } from '../limits/reserved-slots.ts'
import { TooBusyError } from '../limits/too-busy-error.ts'
import type { PasswordAttempt, SecondFactorAttempt, SignInOutcome } from '../oauth/resource-owners.ts'
import type { Sealer } from '../secrets/seal.ts'
import type { UserRecord } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import type { Audit, AuditEvent } from '../telemetry/audit.ts'
import { type Accounts, openAccountCheck } from './account-check.ts'
import { maySignIn, usersTyped } from './account-users.ts'
import { type Admission, openAdmission } from './admission.ts'
import { typedHasher } from './hash-typed.ts'
import { openKnownBrowsers } from './known-browsers.ts'
import { knownByAnyKey } from './known-by-any-key.ts'
import { accountName, canonicalName } from './names.ts'
import { openPasswordCheck } from './password-check.ts'
import { type RefusedPassword, settleRefused } from './refused-password.ts'
import { spendCode } from './second-factor.ts'
import { FORGET_SESSION, type FoundSession, openSessions, type SessionLimits } from './sessions.ts'
import type { Admitted } from './sign-in-throttle.ts'
import { passwordVerifier, type VerifyPassword } from './users.ts'

export interface SignInTools {
  store: Store
  environment: Environment
  sealer: Sealer
  audit: Audit
  limits: SessionLimits
  /** Where people have accounts with which they sign in besides. */
  accounts?: Accounts
  /** Whether those may sign in who have a password here; if absent, they may. */
  local?: boolean
  /** Made here if absent, which costs what checking a password does. */
  verifyPassword?: VerifyPassword
  /** Where passwords wait for their turn; of this one's own, if absent. */
  slots?: ReservedSlots
}

/** Who tries, for the audit trail. */
type Caller = Pick<AuditEvent, 'address' | 'attempt'>

/** The ways in and out for people. All of them throw `StorageError` when nothing is known about who somebody is. */
export interface SignIn {
  /** Who is signed in, with the second factor where there is one. */
  findSession: (cookies: string | undefined) => Promise<FoundSession | undefined>
  /** @throws TooBusyError when so many sign in that another one would wait for long; it then counts for the address alone. */
  checkPassword: (attempt: PasswordAttempt) => Promise<SignInOutcome>
  checkSecondFactor: (attempt: SecondFactorAttempt) => Promise<SignInOutcome>
  /** @returns the `Set-Cookie` header that makes the browser forget. */
  endSession: (cookies: string | undefined, address: string | undefined) => Promise<string>
}

/** How people prove who they are: with a password, a second factor where they have one, and a session from then on. */
export async function openSignIn({
  store,
  environment,
  sealer,
  audit,
  limits,
  accounts,
  local = true,
  ...given
}: SignInTools): Promise<SignIn> {
  const sessions = openSessions(store, environment, limits, maySignIn({ upstream: accounts?.upstream, local }))
  const keys: [Buffer, ...Buffer[]] = [sealer.key('known browsers'), ...sealer.earlierKeys('known browsers')]
  const browsers = knownByAnyKey(keys, (key) => openKnownBrowsers(store, environment, key))
  const hashTyped = typedHasher(sealer)
  const admit = openAdmission({ store, environment, audit, browsers, hashTyped })
  const checkEverywhere = openPasswordCheck({
    slots: given.slots ?? openReservedSlots(),
    verifyPassword: local ? (given.verifyPassword ?? (await passwordVerifier(store, environment))) : undefined,
    checkAccount: accounts && openAccountCheck({ store, environment, sealer }, accounts, hashTyped),
  })

  async function checkPassword({
    name: typed,
    password,
    unlockCode,
    ...from
  }: PasswordAttempt): Promise<SignInOutcome> {
    const by = { address: from.address, attempt: from.attempt }
    const name = accounts ? accountName(typed) : canonicalName(typed.trim())
    const admitted = await admit({ name, unlockCode, ...from })
    if (admitted.kind !== 'admitted') return notNow(admitted, name, by)
    const known = knownOf(admitted)

    const checked = await unlessFailing(admitted, () => checkEverywhere(admitted.applicant, name, password))
    if (checked.kind !== 'right') return notRight(checked, admitted, name, by)
    const { user, added } = checked
    if (added) audit({ event: 'user_added', ...by, user: user.name, detail: 'signed in for the first time' })
    if (!user.totp) return begin(admitted, user, by)
    // Earlier failures stay: whoever knows the password could otherwise try codes for ever.
    await admitted.withdraw()
    audit({ event: 'second_factor_asked', ...by, user: user.name })
    return { kind: 'second-factor', cookie: await sessions.beginPending(user), ...known }
  }

  async function checkSecondFactor({ code, unlockCode, ...from }: SecondFactorAttempt): Promise<SignInOutcome> {
    const by = { address: from.address, attempt: from.attempt }
    const pending = await sessions.findPending(from.cookies)
    if (!pending) return { kind: 'expired' }
    const { name } = pending.user
    const admitted = await admit({ name, unlockCode, ...from })
    if (admitted.kind !== 'admitted') return notNow(admitted, name, by)

    const spent = await unlessFailing(admitted, () => spendCode({ store, sealer, ...environment }, pending.user, code))
    if (!spent) {
      audit({ event: 'sign_in_failed', ...by, user: name, detail: 'wrong code' })
      return { kind: 'wrong', ...knownOf(admitted) }
    }
    if (spent.kind === 'recovery') {
      audit({ event: 'recovery_code_used', ...by, user: name, detail: `${spent.left} left` })
    }
    // One pending sign-in makes one session at the most.
    if (!(await unlessFailing(admitted, () => sessions.end(pending)))) {
      await admitted.withdraw()
      return { kind: 'expired' }
    }
    return begin(admitted, pending.user, by)
  }

  async function begin(admitted: Admitted, user: UserRecord, by: Caller): Promise<SignInOutcome> {
    const cookie = await unlessFailing(admitted, () => sessions.begin(user))
    const session = await sessions.find(cookie)
    if (!session) return { kind: 'expired' }
    await admitted.succeed()
    audit({ event: 'signed_in', ...by, user: user.name })
    return { kind: 'signed-in', user, session, cookies: [cookie, browsers.remember(user).cookie] }
  }

  async function notRight(
    refused: RefusedPassword,
    admitted: Admitted & Pick<Admission, 'known'>,
    name: string | undefined,
    by: Caller,
  ): Promise<SignInOutcome> {
    const why = await settleRefused(refused, admitted, { triedHere: local })
    const { user, detail } = await whoIs(name)
    if (refused.kind !== 'guessed') {
      audit({ event: 'sign_in_failed', ...by, user, detail: why ?? detail })
      return { ...refused, ...knownOf(admitted) }
    }
    if (refused.first) audit({ event: 'locked_out', ...by, user, detail: why })
    return { kind: 'wait', seconds: refused.seconds, ...knownOf(admitted) }
  }

  async function notNow(refused: Exclude<Admission, Admitted>, name: string | undefined, by: Caller) {
    if (refused.kind === 'wrong-unlock-code') {
      audit({ event: 'sign_in_failed', ...by, user: (await whoIs(name)).user, detail: 'wrong code of the owner' })
      return refused
    }
    const { seconds, first, by: what } = refused
    if (first) {
      const { user } = await whoIs(name)
      audit({ event: 'locked_out', ...by, user, detail: `too many failures of this ${what}` })
    }
    return { kind: 'wait' as const, seconds, ...knownOf(refused) }
  }

  /** A name that nobody has may be a password that was typed into the wrong field: it is written nowhere. */
  async function whoIs(name: string | undefined): Promise<{ user?: string; detail: string }> {
    const [user] = name === undefined ? [] : await usersTyped(store, name)
    if (!user) return { detail: 'unknown name' }
    return { user: user.name, detail: user.disabled ? 'disabled' : 'wrong password' }
  }

  async function endSession(cookies: string | undefined, address: string | undefined): Promise<string> {
    const session = await sessions.find(cookies)
    if (session && (await sessions.end(session))) audit({ event: 'signed_out', address, user: session.user.name })
    const pending = await sessions.findPending(cookies)
    if (pending) await sessions.end(pending)
    return FORGET_SESSION
  }

  return { findSession: sessions.find, checkPassword, checkSecondFactor, endSession }
}

function knownOf({ known }: Pick<Admission, 'known'>): Pick<Admission, 'known'> {
  return known === undefined ? {} : { known }
}

/** Where nothing could be tried, nothing failed; but whoever sends more than can be done pays for it. */
async function unlessFailing<T>(admitted: Admitted, attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt()
  } catch (error) {
    const withdraw = error instanceof TooBusyError ? admitted.withdrawOfName : admitted.withdraw
    // What went wrong first is what matters; if this fails too, a failure counts that was none.
    await withdraw().catch(() => {})
    throw error
  }
}
