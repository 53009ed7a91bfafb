import type { Environment } from '../../config/environment.ts'
import type { GrantRecord } from '../../store/records.ts'
import type { Entry, Store } from '../../store/store.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import type { RegisteredClient } from '../clients/clients.ts'
import { LAST_USE_PRECISION_MS } from './lifetimes.ts'

export interface Grant {
  /** Begins with the user's id and a dot. */
  id: string
  record: GrantRecord
}

/** What a user allowed a client. */
export interface Consent
  extends Pick<GrantRecord, 'userName' | 'userId' | 'client' | 'scopes' | 'resources' | 'attempt'> {
  /** The id that the grant is to have, where something was made for it already. */
  grant?: string
}

export function newGrant(environment: Environment, consent: Consent): Grant {
  const { now } = environment
  const { userName, userId, client, scopes, resources, attempt, grant } = consent
  const times = { createdAt: now(), lastUsedAt: now() }
  return {
    id: grant ?? newGrantId(environment, userId),
    record: { revision: 1, userName, userId, client, scopes, resources, attempt, ...times },
  }
}

export function newGrantId({ randomBytes }: Pick<Environment, 'randomBytes'>, userId: string): string {
  return `${userId}.${randomBytes(12).toString('hex')}`
}

export function grantEntry({ id, record }: Grant, client: RegisteredClient): Entry {
  return { kind: 'grant', id, value: record, expiresAt: expiry(record, client) }
}

/**
 * A grant lives as long as its refresh token from its last use. Milliseconds since 1970; undefined where it has no end by
 * the calendar.
 */
export function expiry(
  { lastUsedAt }: Pick<GrantRecord, 'lastUsedAt'>,
  { lifetimes }: Pick<RegisteredClient, 'lifetimes'>,
): number | undefined {
  return lifetimes.refreshToken === undefined ? undefined : lastUsedAt + lifetimes.refreshToken
}

/**
 * Notes that a grant was used now, if that was last noted a while ago. Never brings back one that was revoked meanwhile.
 * @returns whether it was noted, and the grant's expiry from then on.
 */
export async function noteUse(
  { store, now, clockDoubt }: Pick<AuthorizationServer, 'store' | 'now' | 'clockDoubt'>,
  { id, record }: Grant,
  client: Pick<RegisteredClient, 'lifetimes'>,
): Promise<NotedUse | undefined> {
  const at = now()
  if (at - record.lastUsedAt < LAST_USE_PRECISION_MS) return undefined
  // What was dated by a clock that was believed isn't dated anew by one that isn't.
  if (clockDoubt()) return undefined
  const used = { ...record, revision: record.revision + 1, lastUsedAt: at }
  const expiresAt = expiry(used, client)
  return (await store.replace('grant', id, record.revision, used, expiresAt)) ? { expiresAt } : undefined
}

/** What came of noting a use. */
export interface NotedUse {
  /** Milliseconds since 1970; undefined for never. */
  expiresAt: number | undefined
}

/** Ends every token that came from it. */
export async function revokeGrant(
  { store, accessTokens }: Pick<AuthorizationServer, 'store' | 'accessTokens'>,
  id: string,
): Promise<void> {
  await store.delete('grant', id)
  accessTokens.forgetAll()
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
