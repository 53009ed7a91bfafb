// A part of what `records.ts` describes; what it says of old rows counts here too.

export interface UserRecord {
  revision: number
  /** Never used again, not even for a later user of the same name. */
  id: string
  name: string
  displayName: string
  /** As whoever runs this has entered it: nobody has tried whether it reaches them. */
  email?: string
  /** An encoded argon2id hash; none of somebody who signs in with an account elsewhere. */
  password?: string
  createdAt: number
  /** One who can't do anything, until enabled again. */
  disabled?: boolean
  /** A session of another epoch is over: it is raised when the password or the second factor changes. */
  sessionEpoch?: number
  totp?: TotpRecord
  /** Who this is at an upstream whose accounts people sign in with. */
  account?: AccountRecord
}

/** Somebody's account at an upstream. */
export interface AccountRecord {
  /** Its name in the configuration. */
  upstream: string
  /** There; never used again. */
  userId: string
  /** There, in the one spelling in which it is counted when people sign in with it. */
  name: string
  role: string
  /** Sealed: the sliding session there, with which tokens are made. */
  sealedSession: string
  /** When it was given, or prolonged. */
  sessionAt: number
}

/** A second factor. @see RFC 6238 */
export interface TotpRecord {
  /** Sealed, for it has to be readable again. */
  sealedSecret: string
  /** The time step of the last code that was used; only later ones are good. */
  lastStep: number
  /** The hashes of the codes for whoever has lost the device, each good once. */
  recoveryCodes: string[]
}
