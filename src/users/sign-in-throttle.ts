import type { Environment } from '../config/environment.ts'
import { type Counted, countFailure, forgetFailures, type Wait, withdrawFailure } from '../limits/count-failures.ts'
import { addressBlock } from '../net/address-block.ts'
import { hashSecret } from '../secrets/secret.ts'
import type { Store } from '../store/store.ts'

export interface Attempt {
  /** The canonical name; undefined for what can't be one, which counts for the address only. */
  name: string | undefined
  /** Undefined where a trusted proxy doesn't tell: then the name alone counts, so that nobody locks out all behind it. */
  address: string | undefined
  /** Where the user of this name has signed in in this browser before: then its failures count, not those of the name. */
  browser?: string
}

/** An attempt that may be made. It counts as failed until it is said to be otherwise. */
export interface Admitted {
  kind: 'admitted'
  /** It was no failure, or nothing was tried. */
  withdraw: () => Promise<void>
  /** Somebody has signed in: the earlier failures of the name or browser are forgotten, those of the address are not. */
  succeed: () => Promise<void>
}

export interface Refused extends Wait {
  by: 'name' | 'address' | 'browser'
}

export type SignInThrottle = (attempt: Attempt) => Promise<Admitted | Refused>

/**
 * Lets at most five failures happen within ten minutes, for an address, and for a name or a browser that is known: so
 * nobody is locked out by strangers where they have signed in before. It outlives a restart.
 */
export function signInThrottle(store: Store, { now }: Pick<Environment, 'now'>): SignInThrottle {
  const count = async (by: Refused['by'], whose: string | undefined) => {
    return whose === undefined ? undefined : countFailure(store, now, `${by}.${hashSecret(whose)}`)
  }
  const withdraw = async (counted: Counted | undefined) => counted && withdrawFailure(store, now, counted)

  return async function admit({ name, address, browser }) {
    const ofAddress = await count('address', address === undefined ? undefined : addressBlock(address))
    if (ofAddress?.kind === 'wait') return { ...ofAddress, by: 'address' }
    const by = browser === undefined ? 'name' : 'browser'
    const ofPerson = await count(by, browser ?? name)
    if (ofPerson?.kind === 'wait') {
      await withdraw(ofAddress)
      return { ...ofPerson, by }
    }
    return {
      kind: 'admitted',
      async withdraw() {
        await withdraw(ofAddress)
        await withdraw(ofPerson)
      },
      async succeed() {
        await withdraw(ofAddress)
        if (ofPerson) await forgetFailures(store, now, ofPerson)
      },
    }
  }
}
