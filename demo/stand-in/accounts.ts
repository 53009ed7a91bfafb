import { randomBytes, randomUUID } from 'node:crypto'
import { LoginThrottle } from './login-throttle.ts'
import type { Role } from './scopes.ts'
import { type Token, Tokens } from './tokens.ts'

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
  enabled: boolean
  createdAt: Date
}

export type SignIn = { account: Account } | { error: string }

/** The users with their passwords, and their tokens. */
export class Accounts {
  readonly all: Account[]
  readonly tokens: Tokens
  readonly #throttle: LoginThrottle
  readonly #now: () => Date

  constructor(accounts: NewAccount[], now: () => Date) {
    this.#now = now
    this.tokens = new Tokens(now)
    this.#throttle = new LoginThrottle(now)
    this.all = []
    for (const account of accounts) this.add(account)
  }

  add({ username, password, displayName, role }: NewAccount): Account {
    const account: Account = {
      userId: randomUUID(),
      username: normal(username),
      password: password ?? randomBytes(12).toString('base64url'),
      displayName: displayName ?? username,
      role: role ?? 'user',
      enabled: true,
      createdAt: this.#now(),
    }
    this.all.push(account)
    return account
  }

  named(username: unknown): Account | undefined {
    return this.all.find((account) => account.username === normal(username))
  }

  withId(userId: unknown): Account | undefined {
    return this.all.find((account) => account.userId === userId)
  }

  signIn(username: unknown, password: unknown): SignIn {
    if (!username || !password) return { error: 'Username and password required' }
    const name = normal(username)
    const wait = this.#throttle.wait(name)
    if (wait !== undefined) return { error: `Too many failed attempts. Please try again in ${wait} seconds.` }
    const account = this.named(name)
    const error =
      account?.password !== password ? 'Invalid username or password' : !account.enabled && 'User account is disabled'
    if (!account || error) {
      this.#throttle.failed(name)
      return { error: error || 'Invalid username or password' }
    }
    this.#throttle.clear(name)
    return { account }
  }

  /** @param authorization the value of an `Authorization` header */
  useBearer(authorization: string | undefined): Token | undefined {
    return authorization && /^bearer /i.test(authorization) ? this.tokens.use(authorization.slice(7)) : undefined
  }
}

/** A user as Music Assistant shows it. */
export function describeAccount(account: Account) {
  return {
    user_id: account.userId,
    username: account.username,
    role: account.role,
    enabled: account.enabled,
    created_at: account.createdAt.toISOString(),
    display_name: account.displayName,
    avatar_url: null,
    preferences: {},
    provider_filter: [],
    player_filter: [],
  }
}

function normal(username: unknown): string {
  return String(username).trim().toLowerCase()
}
