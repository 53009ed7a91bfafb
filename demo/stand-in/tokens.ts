import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Account } from './accounts.ts'

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

/** Days of a long-lived token, by schema. */
const longLivedDays = { 29: 3650, 77: 365 }

/**
 * JWTs (HS256), each with a row that rules: a signature alone opens nothing. Short-lived ones slide by 30 days, 90 at
 * most, but for a guest's [77], which live a day; long-lived ones end as `exp` says and can't be renewed.
 */
export class Tokens {
  readonly #rows = new Map<string, Token>()
  readonly #key = randomBytes(32)
  readonly #now: () => Date

  constructor(now: () => Date) {
    this.#now = now
  }

  create(account: Account, name: string, longLived: boolean, schema: 29 | 77): string {
    const createdAt = this.#now()
    const guest = account.role === 'guest' && schema === 77
    const days = longLived ? longLivedDays[schema] : guest ? 1 : 30
    const expiresAt = new Date(createdAt.getTime() + days * day)
    const tokenId = randomBytes(24).toString('base64url')
    this.#rows.set(tokenId, { tokenId, account, name, createdAt, expiresAt, lastUsedAt: undefined, longLived })
    // A short-lived one may slide on until its most.
    const last = longLived || guest ? expiresAt : new Date(createdAt.getTime() + 90 * day)
    return this.#sign({
      sub: account.userId,
      jti: tokenId,
      iat: seconds(createdAt),
      exp: seconds(last),
      username: account.username,
      role: account.role,
      token_name: name,
      is_long_lived: longLived,
    })
  }

  /** Finds a token that is still good, and counts this as a use of it. */
  use(token: unknown): Token | undefined {
    const found = this.find(token)
    const now = this.#now()
    if (!found?.account.enabled || found.expiresAt <= now) return undefined
    found.lastUsedAt = now
    const slides = !found.longLived && found.expiresAt.getTime() - found.createdAt.getTime() > day
    if (slides) found.expiresAt = new Date(Math.min(now.getTime() + 30 * day, found.createdAt.getTime() + 90 * day))
    return found
  }

  /** The row of a token, expired or not. */
  find(token: unknown): Token | undefined {
    const [header, payload, signature, ...more] = typeof token === 'string' ? token.split('.') : []
    if (!header || !payload || !signature || more.length > 0) return undefined
    const expected = Buffer.from(this.#signature(`${header}.${payload}`))
    const actual = Buffer.from(signature)
    if (expected.length !== actual.length || !timingSafeEqual(expected, actual)) return undefined
    return this.#rows.get(JSON.parse(Buffer.from(payload, 'base64url').toString()).jti)
  }

  of(account: Account): Token[] {
    return [...this.#rows.values()].filter((token) => token.account === account)
  }

  withId(tokenId: string): Token | undefined {
    return this.#rows.get(tokenId)
  }

  forget(tokenId: string): void {
    this.#rows.delete(tokenId)
  }

  #sign(payload: object): string {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(payload)}`
    return `${signed}.${this.#signature(signed)}`
  }

  #signature(signed: string): string {
    return createHmac('sha256', this.#key).update(signed).digest('base64url')
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

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000)
}
