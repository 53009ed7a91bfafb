/** What is stored, by kind. Times are milliseconds since 1970; every hash is `hashSecret` of what it stands for. */
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
  refresh: TokenRecord
}

export type Kind = keyof Records

export interface UserRecord {
  revision: number
  /** Never used again, not even for a later user of the same name. */
  id: string
  name: string
  displayName: string
  /** An encoded argon2id hash. */
  password: string
  createdAt: number
}

export interface GrantRecord {
  revision: number
  userName: string
  userId: string
  client: string
  scopes: string[]
  createdAt: number
  lastUsedAt: number
}

export interface CodeRecord {
  userName: string
  userId: string
  client: string
  redirectUri: string
  scopes: string[]
  /** The S256 challenge, where the client sent one. */
  challenge?: string
}

export interface RedemptionRecord {
  grant: string
  redeemedAt: number
}

export interface TokenRecord {
  grant: string
  scopes: string[]
  expiresAt: number
}
