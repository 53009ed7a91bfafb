import type { Environment } from '../config/environment.ts'
import { countByAddress } from '../limits/count-by-address.ts'
import { type Counted, countFailure, forgetFailures, type Wait, withdrawFailure } from '../limits/count-failures.ts'
import type { Applicant } from '../limits/reserved-slots.ts'
import { addressPlace } from '../net/address-block.ts'
import type { Store } from '../store/store.ts'
import { strangersAt } from './account-check.ts'
import type { HashTyped } from './hash-typed.ts'

export interface Attempt {
  /** The canonical name; undefined for what can't be one, which counts for the address only. */
  name: string | undefined
  /** Undefined where a trusted proxy doesn't tell: then the name alone counts, so that nobody locks out all behind it. */
  address: string | undefined
  /** Where the user of this name has signed in in this browser before: then its failures alone count. */
  browser?: string
}

/** An attempt that may be made. It counts as failed until it is said to be otherwise. */
export interface Admitted {
  kind: 'admitted'
  /** How soon its turn comes. */
  applicant: Applicant
  /** It was no failure, or nothing was tried. */
  withdraw: () => Promise<void>
  /** Nothing was tried, for too many wait: it is no failure of the name, but it costs the address as much as one. */
  withdrawOfName: () => Promise<void>
  /** Somebody has signed in: the earlier failures of the name or browser are forgotten, those of the address are not. */
  succeed: () => Promise<void>
}

export interface Refused extends Wait {
  by: 'name' | 'address' | 'browser'
}

export type SignInThrottle = (attempt: Attempt) => Promise<Admitted | Refused>

/**
 * Lets at most five failures happen within ten minutes, for an address and for a name; of a wider IPv6 network more, as
 * `countByAddress` says. A browser that is known has five of its own, and waits for nobody else: neither for strangers
 * who guess at the name, nor for those at the same address. It outlives a restart.
 */
export function signInThrottle(store: Store, { now }: Pick<Environment, 'now'>, hashTyped: HashTyped): SignInThrottle {
  const count = (by: Refused['by'], whose: string) => countFailure(store, now, `${by}.${hashTyped(whose)}`)
  const withdraw = async (counted: Counted | undefined) => counted && withdrawFailure(store, now, counted)
  const admitted = (applicant: Applicant, person?: Counted, address?: Counted): Admitted => ({
    kind: 'admitted',
    applicant,
    async withdraw() {
      await withdraw(address)
      await withdraw(person)
    },
    withdrawOfName: async () => withdraw(person),
    async succeed() {
      await withdraw(address)
      if (person) await forgetFailures(store, now, person)
    },
  })

  return async function admit({ name, address, browser }) {
    if (browser !== undefined) {
      const ofBrowser = await count('browser', browser)
      return ofBrowser.kind === 'wait' ? { ...ofBrowser, by: 'browser' } : admitted({ standing: 'known' }, ofBrowser)
    }
    const ofAddress = address === undefined ? undefined : await countByAddress(store, now, 'address', address)
    if (ofAddress?.kind === 'wait') return { ...ofAddress, by: 'address' }
    // Where the name waits, the attempt goes on counting for its address: to ask again and again isn't for nothing.
    const ofName = name === undefined ? undefined : await count('name', name)
    if (ofName?.kind === 'wait') return { ...ofName, by: 'name' }
    const network = address === undefined ? undefined : addressPlace(address).network
    const standing = ofAddress?.earlier === 0 ? 'clean' : 'other'
    return admitted({ standing, network }, ofName, ofAddress)
  }
}

/** Ends the lock-out of a name, where there is one. @param name as it is typed to sign in. */
export async function forgetFailuresOfName(
  store: Store,
  { now }: Pick<Environment, 'now'>,
  hashTyped: HashTyped,
  name: string,
): Promise<void> {
  await forgetFailures(store, now, { id: `name.${hashTyped(name)}` })
  await forgetFailures(store, now, strangersAt(hashTyped, name))
}
