import type { Environment } from '../config/environment.ts'
import type { CodeRecord, GrantRecord } from '../store/records.ts'
import type { Entry, Store } from '../store/store.ts'
import type { AuthorizationServer } from './authorization-server.ts'
import { LAST_USE_PRECISION, LIFETIME } from './lifetimes.ts'

export interface Grant {
  /** Begins with the user's id and a dot. */
  id: string
  record: GrantRecord
}

export function newGrant({ now, randomBytes }: Environment, { userName, userId, client, scopes }: CodeRecord): Grant {
  return {
    id: `${userId}.${randomBytes(12).toString('hex')}`,
    record: { revision: 1, userName, userId, client, scopes, createdAt: now(), lastUsedAt: now() },
  }
}

export function grantEntry({ id, record }: Grant): Entry {
  return { kind: 'grant', id, value: record, expiresAt: expiry(record) }
}

/** A grant lives as long as its refresh token: 90 days from its last use. Milliseconds since 1970. */
export function expiry({ lastUsedAt }: GrantRecord): number {
  return lastUsedAt + LIFETIME.refreshToken
}

/**
 * Notes that a grant was used now, if that was last noted a while ago. Never brings back one that was revoked meanwhile.
 * @returns the grant's new expiry, if it was noted.
 */
export async function noteUse(server: AuthorizationServer, { id, record }: Grant): Promise<number | undefined> {
  const now = server.now()
  if (now - record.lastUsedAt < LAST_USE_PRECISION) return undefined
  const used = { ...record, revision: record.revision + 1, lastUsedAt: now }
  return (await server.store.replace('grant', id, record.revision, used, expiry(used))) ? expiry(used) : undefined
}

/** Ends every token that came from it. */
export async function revokeGrant(server: AuthorizationServer, id: string): Promise<void> {
  await server.store.delete('grant', id)
  server.accessTokens.forgetAll()
}

/** Ends all that a user has allowed. @returns how many grants there were. */
export async function revokeGrantsOfUser(store: Store, userId: string): Promise<number> {
  let ended = 0
  for (;;) {
    const { entries } = await store.list('grant', `${userId}.`, undefined, 100)
    for (const { id } of entries) if (await store.delete('grant', id)) ended++
    if (entries.length === 0) return ended
  }
}
