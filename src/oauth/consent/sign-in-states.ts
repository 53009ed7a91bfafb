import type { SignInState } from '../../pages/sign-in-page.ts'
import type { SignInOutcome } from '../resource-owners.ts'

/**
 * What happens to somebody who is asked for consent: a button that asks for no check (`approve`, with nothing typed,
 * `deny`, `sign-out`), or what came of checking what they typed. `admin` is what would have approved, where whoever
 * approves may do everything at the server that their account is at.
 */
export type SignInEvent = 'approve' | 'deny' | 'sign-out' | 'admin' | SignInOutcome['kind']

/** How it ends; nobody approves who hasn't signed in. */
type End = 'approved' | 'denied'

/** What is the same wherever somebody is. */
const ANYWHERE = {
  deny: 'denied',
  'sign-out': 'password',
  'signed-in': 'approved',
  admin: 'admin',
  expired: 'password',
  'account-wait': 'password',
  'account-disabled': 'password',
  guest: 'password',
  unreachable: 'password',
} as const

/** The state that each event leads to, from each state. */
export const SIGN_IN_STATES: Record<SignInState, Record<SignInEvent, SignInState | End>> = {
  /** A name and a password are asked for. */
  password: {
    ...ANYWHERE,
    approve: 'password',
    'second-factor': 'second-factor',
    wrong: 'password',
    wait: 'password',
    'wrong-unlock-code': 'password',
  },
  /** The password was right: a code is asked for. */
  'second-factor': {
    ...ANYWHERE,
    approve: 'password',
    'second-factor': 'second-factor',
    wrong: 'second-factor',
    wait: 'second-factor',
    'wrong-unlock-code': 'second-factor',
  },
  /** Somebody is signed in already: only their consent is asked for. */
  consent: {
    ...ANYWHERE,
    approve: 'approved',
    'second-factor': 'second-factor',
    wrong: 'password',
    wait: 'password',
    'wrong-unlock-code': 'password',
  },
  /** Somebody is signed in and has consented, whose account may do everything: whether they mean that is asked. */
  admin: {
    ...ANYWHERE,
    approve: 'approved',
    admin: 'approved',
    'second-factor': 'second-factor',
    wrong: 'password',
    wait: 'password',
    'wrong-unlock-code': 'password',
  },
}
