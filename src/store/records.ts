import type { AlexaUserRecord, EchoRecord } from './alexa-records.ts'
import type { DeviceCertificateRecord } from './device-certificate-record.ts'
import type { UpstreamTokenRecord } from './upstream-token-record.ts'
import type { UserRecord } from './user-record.ts'

export type { DeviceCertificateRecord } from './device-certificate-record.ts'
export type { UpstreamTokenRecord } from './upstream-token-record.ts'
export type { AccountRecord, TotpRecord, UserRecord } from './user-record.ts'

/**
 * What is stored, by kind, in version 2: whatever old rows don't fit is a migration (`migrations/`). So no type of
 * another folder is in it, which could change by itself. Times are milliseconds since 1970; every hash is `hashSecret` of what it
 * stands for.
 */
export interface Records {
  /** Somebody who may sign in; the id is the canonical name. */
  user: UserRecord
  /** A user's consent to a client; the id begins with the user's id and a dot, so that they can be listed. */
  grant: GrantRecord
  /** An authorization code; the id is its hash. */
  code: CodeRecord
  /** The mark of a code that was exchanged, with the same id: whoever inserts it first has redeemed the code. */
  redemption: RedemptionRecord
  /** An access token; the id is its hash. */
  access: TokenRecord
  /** A refresh token; the id is its hash. */
  refresh: RefreshRecord
  /** Somebody who is signed in in a browser; the id is the hash of its cookie. */
  session: SessionRecord
  /** What takes a session to another host of the gateway's; the id is its hash. */
  ticket: TicketRecord
  /** What was tried lately and is counted; the id tells what, and by whose name or from which address, as a hash. */
  failures: FailuresRecord
  /** What an owner gives to somebody whose name strangers have locked out; the id is a hash of it and the name. */
  'unlock-code': UnlockCodeRecord
  /** A device that waits for somebody's consent; the id is the hash of its device code. */
  device: DeviceRecord
  /** What a person types to find the device; the id is its hash. */
  'user-code': UserCodeRecord
  /** A certificate for somebody's own device; the id is the device's name, which is in the certificate too. */
  'device-certificate': DeviceCertificateRecord
  /** A client that registered itself, or whose metadata document somebody has approved; the id is its `client_id`. */
  client: ClientRecord
  /** While any client may register itself without a token; the id is `now`. */
  'registration-window': RegistrationWindowRecord
  /** The renewed secret of a configured client; the id is its `client_id`. */
  'client-secret': ClientSecretRecord
  /** What is known of the wall clock; the id is `seen`. */
  clock: ClockRecord
  /** What a grant acts with at an upstream, in its person's name; the id is `<grant>.<upstream>`. It outlives its grant until it is ended there. */
  'upstream-token': UpstreamTokenRecord
  /** Somebody who has linked with Alexa; the id is a hash of what Alexa calls them. */
  'alexa-user': AlexaUserRecord
  /** Which player an Echo stands beside for somebody; the id is `<user's id>.<hash of what Amazon calls the Echo>`. */
  echo: EchoRecord
  /** A backup that was put in the place of what was there, as long as it matters; the id is `last`. */
  restore: RestoreRecord
  /** A key that something here was sealed with; the id is its name. Where one isn't in the key file, that was lost. */
  key: KeyRecord
}

export type Kind = keyof Records
/** Those whose rows are changed by compare and swap. */
export type RevisedKind = { [K in Kind]: Records[K] extends { revision: number } ? K : never }[Kind]

export interface GrantRecord {
  revision: number
  userName: string
  userId: string
  client: string
  scopes: string[]
  /** The protected resources that it is for; all of them if absent. @see RFC 8707 */
  resources?: string[]
  createdAt: number
  lastUsedAt: number
  /** When something was first called with it. */
  firstCalledAt?: number
  /** The id of the attempt to link that it came from. */
  attempt?: string
}

export interface CodeRecord {
  userName: string
  userId: string
  client: string
  redirectUri: string
  /** Whether the authorization request named none. */
  redirectUriLeftOut?: true
  scopes: string[]
  resources?: string[]
  /** The S256 challenge, where the client sent one. */
  challenge?: string
  /** The id that its grant is to have, where something was made for that already. */
  grant?: string
  /** The id of the attempt to link that it came from. */
  attempt?: string
  /** When a browser was last sent off with it again, because somebody pressed the button again. */
  sentAgainAt?: number
  expiresAt: number
}

export interface RestoreRecord {
  /** Milliseconds since 1970. */
  at: number
}

export interface RedemptionRecord {
  grant: string
  redeemedAt: number
}

export interface TokenRecord {
  grant: string
  scopes: string[]
  resources?: string[]
  issuedAt: number
  expiresAt: number
}

export interface RefreshRecord extends Omit<TokenRecord, 'expiresAt'> {
  /** Absent where it never ends by itself. */
  expiresAt?: number
  /** When its successor was given out, where tokens rotate. @see RFC 9700 section 4.14.2 */
  supersededAt?: number
}

export interface SessionRecord {
  revision: number
  userName: string
  userId: string
  /** The user's, when it began. */
  epoch: number
  /** Pending while the password was right, and the second factor is still to come. */
  state: 'pending' | 'signed-in'
  createdAt: number
  lastUsedAt: number
}

export interface TicketRecord {
  /** The id of the session. */
  session: string
  /** The whole address that the browser was on its way to. */
  returnTo: string
  /** The hash of what the browser has at the host that it comes from: nobody else arrives. */
  state: string
}

export interface FailuresRecord {
  revision: number
  /** When, the oldest first. */
  at: number[]
  /** Where within what the row stands for each of them was; 0 everywhere, if absent. */
  within?: number[]
  /** Whether somebody was told to wait since the last of them. */
  reported?: boolean
}

export interface UnlockCodeRecord {
  /** Of whom it is. */
  userId: string
}

export interface DeviceRecord {
  revision: number
  client: string
  scopes: string[]
  resources?: string[]
  /** What the person decided, and who that was. */
  decision?: { approved: false } | { approved: true; userName: string; userId: string; grant?: string }
  /** Milliseconds that it has to wait between two polls. */
  interval: number
  /** When it polled last. */
  polledAt?: number
  expiresAt: number
}

export interface UserCodeRecord {
  /** The id of the device's row. */
  device: string
}

/** @see RFC 7591 section 2 */
export interface ClientRecord {
  name: string
  public: boolean
  /** The hash of its secret; a public one has none. */
  secretHash?: string
  redirectUris: string[]
  scopes: string[]
  grantTypes: ('authorization_code' | 'refresh_token' | 'device_code')[]
  authMethods: ('client_secret_basic' | 'client_secret_post')[]
  createdAt: number
  /** When its metadata document was read that somebody approved; absent for one that registered itself. */
  documentReadAt?: number
  /** Whether it registered itself while everybody could, without an initial access token. */
  openly?: boolean
  /** Whether somebody has approved something of one that registered openly. */
  approved?: boolean
  /** When it goes by itself; absent for one that stays, as all do while somebody allows them something. */
  expiresAt?: number
  /** The hash of the network that one came from that registered openly, as far as that was known. */
  from?: string
}

export interface RegistrationWindowRecord {
  openedAt: number
  until: number
}

export interface ClientSecretRecord {
  revision: number
  hash: string
  /** The hashes of those before it, the latest first, each good for a while after it was replaced. */
  earlier: { hash: string; until: number }[]
}

export interface ClockRecord {
  /** When it was last believed. */
  seenAt: number
}

export interface KeyRecord {
  /** When it was seen first. */
  since: number
}
