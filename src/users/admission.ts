import type { Environment } from '../config/environment.ts'
import { countByAddress } from '../limits/count-by-address.ts'
import { type Wait, withdrawFailure } from '../limits/count-failures.ts'
import type { Store } from '../store/store.ts'
import type { Audit, AuditEvent } from '../telemetry/audit.ts'
import type { HashTyped } from './hash-typed.ts'
import type { KnownBrowsers } from './known-browsers.ts'
import { type Admitted, type Refused, signInThrottle } from './sign-in-throttle.ts'
import { spendUnlockCode } from './unlock-codes.ts'

/** Somebody who wants to try a password or a code. */
export interface Candidate {
  /** The canonical name; undefined for what can't be one. */
  name: string | undefined
  cookies: string | undefined
  address: string | undefined
  /** A code of whoever runs this, as it was typed; empty where there is none. */
  unlockCode?: string
  attempt?: string
}

/** What became of it. With `known` comes the `Set-Cookie` header that makes the browser a known one. */
export type Admission = (Admitted | Refused | (Wait & { by: 'code' }) | { kind: 'wrong-unlock-code' }) & {
  known?: string
}

interface AdmissionTools {
  store: Store
  environment: Environment
  audit: Audit
  browsers: KnownBrowsers
  hashTyped: HashTyped
}

/** Decides who may try now: everybody but whoever failed too often, and whoever a code lets try nevertheless. */
export function openAdmission({ store, environment, audit, browsers, hashTyped }: AdmissionTools) {
  const { now } = environment
  const throttle = signInThrottle(store, environment, hashTyped)

  return async function admit({ name, cookies, address, unlockCode = '', attempt }: Candidate): Promise<Admission> {
    const browser = name === undefined ? undefined : await browsers.find(cookies, name)
    if (browser !== undefined || unlockCode === '') return throttle({ name, address, browser })
    const unlocked = await spend(unlockCode, name, { address, attempt })
    if (unlocked.kind !== 'unlocked') return unlocked
    return { ...(await throttle({ name, address, browser: unlocked.id })), known: unlocked.cookie }
  }

  /** Wrong codes count apart from failed sign-ins: a code has to help where these wait. */
  async function spend(typed: string, name: string | undefined, by: Pick<AuditEvent, 'address' | 'attempt'>) {
    const { address } = by
    const counted = address === undefined ? undefined : await countByAddress(store, now, 'unlock', address)
    if (counted?.kind === 'wait') return { ...counted, by: 'code' as const }
    const user = await spendUnlockCode(store, hashTyped, name, typed)
    if (!user) return { kind: 'wrong-unlock-code' as const }
    if (counted) await withdrawFailure(store, now, counted)
    audit({ event: 'unlocked', ...by, user: user.name, detail: 'for this browser, by a code' })
    return { kind: 'unlocked' as const, ...browsers.remember(user) }
  }
}
