/** One of `Records`; the same rules hold for it. Times are milliseconds since 1970. */
export interface UpstreamTokenRecord {
  revision: number
  upstream: string
  userName: string
  userId: string
  /** What its person's account is called there. */
  account: string
  /** What it is called there. */
  name: string
  /** Absent before the first one was made, and after one was refused there. */
  sealedToken?: string
  createdAt: number
  /** By what is written in it. */
  endsAt: number
  /** Until when its grant may still begin: that of a code which nobody has redeemed yet. */
  pendingUntil?: number
  /** The name of one that is being made, and that may be there without being known here. */
  making?: string
  /** Sealed, those that it has taken the place of and that are still to be ended there. */
  earlier?: string[]
}
