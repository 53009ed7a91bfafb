import type { Environment } from '../../src/config/environment.ts'
import { hashSecret } from '../../src/secrets/secret.ts'
import type { Entry, Store } from '../../src/store/store.ts'

/** Whose grants they are. */
export interface Owner {
  userName: string
  userId: string
  client: string
  scopes: string[]
}

const ACCESS_LIFETIME = 3_600_000
const REFRESH_LIFETIME = 90 * 86_400_000
/** Rows that are written at once, so that a million don't take an hour. */
const AT_ONCE = 6000

/** The token of the n-th grant, which needs no list of them. 43 characters, as those that the gateway makes. */
export function tokenOf(kind: 'access' | 'refresh', n: number): string {
  return hashSecret(`bench ${kind} ${n}`)
}

export function grantOf({ userId }: Owner, n: number): string {
  return `${userId}.${hashSecret(`bench grant ${n}`).slice(0, 24)}`
}

/** Puts live grants into the store, each with a refresh token and an access token, as redeeming a code does. */
export async function fillGrants(store: Store, owner: Owner, count: number, now: number): Promise<void> {
  const { userName, userId, client, scopes } = owner
  await fill(store, count, (n) => {
    const grant = grantOf(owner, n)
    // Expiring one after another, as they would had they been linked one after another.
    const issuedAt = now - count + n
    const token = (lifetime: number) => ({ grant, scopes, issuedAt, expiresAt: now + lifetime + n })
    const [access, refresh] = [token(ACCESS_LIFETIME), token(REFRESH_LIFETIME)]
    // Every second one looks as if it had just been used all the time: a last use is noted once a minute.
    const lastUsedAt = n % 2 === 0 ? now + ACCESS_LIFETIME : now - ACCESS_LIFETIME
    const record = { revision: 1, userName, userId, client, scopes, createdAt: issuedAt, lastUsedAt }
    return [
      { kind: 'grant', id: grant, value: record, expiresAt: refresh.expiresAt },
      { kind: 'refresh', id: hashSecret(tokenOf('refresh', n)), value: refresh, expiresAt: refresh.expiresAt },
      { kind: 'access', id: hashSecret(tokenOf('access', n)), value: access, expiresAt: access.expiresAt },
    ]
  })
}

/** Puts access tokens into the store that have expired, one a millisecond. */
export async function fillExpired(store: Store, owner: Owner, count: number, now: number): Promise<void> {
  await fill(store, count, (n) => {
    const expiresAt = now - count + n
    const value = { grant: owner.userId, scopes: owner.scopes, issuedAt: expiresAt - ACCESS_LIFETIME, expiresAt }
    return [{ kind: 'access', id: hashSecret(tokenOf('access', -1 - n)), value, expiresAt }]
  })
}

/** Puts codes into the store that were just given out. @returns them. */
export async function fillCodes(
  store: Store,
  owner: Owner & { redirectUri: string },
  count: number,
  { now, randomBytes }: Environment,
): Promise<string[]> {
  const codes = Array.from({ length: count }, () => randomBytes(32).toString('base64url'))
  await fill(store, count, (n) => [
    {
      kind: 'code',
      id: hashSecret(codes[n]!),
      value: { ...owner, expiresAt: now() + 300_000 },
      expiresAt: now() + 300_000,
    },
  ])
  return codes
}

async function fill(store: Store, count: number, make: (n: number) => Entry[]): Promise<void> {
  let rows: Entry[] = []
  for (let n = 0; n < count; n++) {
    rows.push(...make(n))
    if (rows.length < AT_ONCE && n < count - 1) continue
    const [first, ...alongside] = rows as [Entry, ...Entry[]]
    const inserted = await store.insert(first.kind, first.id, first.value, first.expiresAt, alongside)
    if (!inserted) throw new Error(`${first.kind} ${first.id} is there already`)
    rows = []
  }
}
