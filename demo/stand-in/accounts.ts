import { randomBytes, randomUUID } from 'node:crypto'

export type Role = 'admin' | 'user' | 'guest' | 'service'

export interface NewAccount {
  username: string
  password?: string
  displayName?: string
  role?: Role
}

export interface Account {
  userId: string
  username: string
  password: string
  displayName: string
  role: Role
  createdAt: Date
}

export interface Token {
  tokenId: string
  account: Account
  name: string
  createdAt: Date
  expiresAt: Date
  lastUsedAt: Date | undefined
  longLived: boolean
}

const day = 24 * 60 * 60 * 1000

/** The users with their tokens: short-lived ones slide by 30 days, 90 at most; long-lived ones end after 365. */
export class Accounts {
  readonly all: Account[]
  readonly #tokens = new Map<string, Token>()
  readonly #now: () => Date

  constructor(accounts: NewAccount[], now: () => Date) {
    this.#now = now
    this.all = accounts.map(({ username, password, displayName, role }) => ({
      userId: randomUUID(),
      username,
      password: password ?? randomBytes(12).toString('base64url'),
      displayName: displayName ?? username,
      role: role ?? 'user',
      createdAt: now(),
    }))
  }

  named(username: unknown): Account | undefined {
    return this.all.find((account) => account.username === username)
  }

  withId(userId: string): Account | undefined {
    return this.all.find((account) => account.userId === userId)
  }

  createToken(account: Account, name: string, longLived: boolean): string {
    const token = randomBytes(36).toString('base64url')
    const createdAt = this.#now()
    const expiresAt = new Date(createdAt.getTime() + (longLived ? 365 : 30) * day)
    const tokenId = randomBytes(24).toString('base64url')
    this.#tokens.set(token, { tokenId, account, name, createdAt, expiresAt, lastUsedAt: undefined, longLived })
    return token
  }

  /** Finds a token that is still good, and counts this as a use of it. */
  useToken(token: unknown): Token | undefined {
    const found = typeof token === 'string' ? this.#tokens.get(token) : undefined
    const now = this.#now()
    if (!found || found.expiresAt <= now) return undefined
    found.lastUsedAt = now
    if (!found.longLived) {
      found.expiresAt = new Date(Math.min(now.getTime() + 30 * day, found.createdAt.getTime() + 90 * day))
    }
    return found
  }

  /** @param authorization the value of an `Authorization` header */
  useBearer(authorization: string | undefined): Token | undefined {
    return authorization && /^bearer /i.test(authorization) ? this.useToken(authorization.slice(7)) : undefined
  }

  tokensOf(account: Account): Token[] {
    return [...this.#tokens.values()].filter((token) => token.account === account)
  }

  tokenWithId(tokenId: string): Token | undefined {
    return this.#tokens.values().find((token) => token.tokenId === tokenId)
  }

  /** The id of a token, good or expired. */
  tokenId(token: string): string | undefined {
    return this.#tokens.get(token)?.tokenId
  }

  forget(tokenId: string): void {
    for (const [text, token] of this.#tokens) if (token.tokenId === tokenId) this.#tokens.delete(text)
  }
}

/** A user as Music Assistant shows it. */
export function describeAccount(account: Account) {
  return {
    user_id: account.userId,
    username: account.username,
    role: account.role,
    enabled: true,
    created_at: account.createdAt.toISOString(),
    display_name: account.displayName,
    avatar_url: null,
    preferences: {},
    provider_filter: [],
    player_filter: [],
  }
}

/** A token as `auth/tokens` lists it: never the token itself. */
export function describeToken(token: Token) {
  return {
    token_id: token.tokenId,
    user_id: token.account.userId,
    name: token.name,
    created_at: token.createdAt.toISOString(),
    expires_at: token.expiresAt.toISOString(),
    last_used_at: token.lastUsedAt?.toISOString() ?? null,
    is_long_lived: token.longLived,
  }
}
