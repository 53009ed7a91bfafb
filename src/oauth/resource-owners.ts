import type { UserRecord } from '../store/records.ts'

/** How people prove who they are; the authorization server itself knows neither passwords nor sessions. */
export interface ResourceOwners {
  /** Who is signed in in the browser that sends these cookies, with the second factor where there is one. */
  findSession: (cookies: string | undefined) => Promise<Session | undefined>
  checkPassword: (attempt: PasswordAttempt) => Promise<SignInOutcome>
  checkSecondFactor: (attempt: SecondFactorAttempt) => Promise<SignInOutcome>
  /** @returns the `Set-Cookie` header that makes the browser forget. */
  endSession: (cookies: string | undefined, address: string | undefined) => Promise<string>
}

export interface Session {
  user: UserRecord
  /** Another one for each session, for a form to be tied to; no secret. */
  id: string
  /** When they signed in. Milliseconds since 1970. */
  signedInAt: number
}

export interface PasswordAttempt {
  /** As it was typed. */
  name: string
  password: string
  /** A code of whoever runs this, with which one may try where one has to wait; as it was typed, empty where there is none. */
  unlockCode?: string
  /** They may tell that this person has signed in in this browser before. */
  cookies: string | undefined
  /** The client's address; undefined where a trusted proxy doesn't tell. */
  address: string | undefined
  /** The id of the attempt to link that it is part of, for the audit trail. */
  attempt?: string
}

export interface SecondFactorAttempt {
  /** They hold the session that the right password began. */
  cookies: string | undefined
  /** A code of the authenticator, or a recovery code, as it was typed. */
  code: string
  /** As with a password. */
  unlockCode?: string
  address: string | undefined
  attempt?: string
}

export type SignInOutcome =
  /** `cookies` are `Set-Cookie` headers, that of the new session first. */
  | { kind: 'signed-in'; user: UserRecord; session: Session; cookies: string[] }
  /** The password is right; now a second factor is asked for. */
  | ({ kind: 'second-factor'; cookie: string } & MadeKnown)
  /** Name and password, or the code, are not right. */
  | ({ kind: 'wrong' } & MadeKnown)
  /** It was so long ago that the password was given that it has to be given again. */
  | { kind: 'expired' }
  /** There were too many failures; for so many seconds nothing is tried. */
  | ({ kind: 'wait'; seconds: number } & MadeKnown)
  /** The code of whoever runs this is not right; nothing else was tried. */
  | { kind: 'wrong-unlock-code' }
  /** The server with the account wants nobody to try for so many seconds. */
  | ({ kind: 'account-wait'; seconds: number } & MadeKnown)
  /** The password is right, but guests can't link anything; or the account is switched off at its server. */
  | ({ kind: 'guest' | 'account-disabled' } & MadeKnown)
  /** The server with the account couldn't be asked. @property detail what happened; for the log only. */
  | ({ kind: 'unreachable'; detail: string } & MadeKnown)

/** Where a code of whoever runs this was right. */
interface MadeKnown {
  /** The `Set-Cookie` header by which this browser has tries of its own from now on. */
  known?: string
}
