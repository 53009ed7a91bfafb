import { LRUCache } from 'lru-cache'
import { hashSecret, isSecret } from '../../secrets/secret.ts'
import { isOfTheFuture } from '../../store/clock-tolerance.ts'
import type { Store } from '../../store/store.ts'
import { stillAllowed } from '../checks/still-allowed.ts'
import type { Clients } from '../clients/clients.ts'
import { findResourceOwner } from '../find-resource-owner.ts'

/** What is known of an access token. Whether that is enough is decided anew at each request. */
export interface AccessToken {
  /** Its hash. */
  id: string
  grantId: string
  userId: string
  userName: string
  displayName: string
  clientId: string
  scopes: string[]
  /** What it is for; anything if absent. @see RFC 8707 */
  resources?: string[]
  /** Milliseconds since 1970. */
  issuedAt: number
  /** Milliseconds since 1970. */
  expiresAt: number
}

export interface AccessTokens {
  /**
   * The token's facts, or undefined for one that is unknown, expired or revoked, or whose user or client is gone.
   * @throws StorageError when nobody can tell.
   */
  find: (token: string) => AccessToken | undefined | Promise<AccessToken | undefined>
  /** Whether the token wasn't revoked, and its grant, user and client are still there. @throws StorageError when nobody can tell. */
  stillGranted: (token: AccessToken) => Promise<boolean>
  /** To be called when anything was revoked. */
  forgetAll: () => void
}

/** Facts are remembered this long at the most, in milliseconds. */
const MEMORY = 10_000
const MEMORY_ENTRIES = 10_000

/** The look-up of access tokens, which remembers facts, never decisions, and forgets them when another process writes. */
export function accessTokenLookup(store: Store, clients: Clients, now: () => number): AccessTokens {
  const known = new LRUCache<string, AccessToken>({ max: MEMORY_ENTRIES, ttl: MEMORY, ttlResolution: 0, perf: { now } })
  let changes = store.changesByOthers()
  let forgotten = 0

  function find(token: string): AccessToken | undefined | Promise<AccessToken | undefined> {
    const changesNow = store.changesByOthers()
    if (changesNow !== changes) {
      changes = changesNow
      forgetAll()
    }
    // The cache is keyed by the token itself: its hash would cost more than all the rest.
    const fact = known.get(token)
    if (!fact) return read(token)
    return isGood(fact) ? fact : undefined
  }

  async function read(token: string): Promise<AccessToken | undefined> {
    if (!isSecret(token)) return undefined
    const before = forgotten
    const id = hashSecret(token)
    const record = await store.get('access', id)
    const grant = record && (await store.get('grant', record.grant))
    const user = grant && (await findResourceOwner(store, grant))
    const client = grant && (await clients.find(grant.client))
    if (!record || !grant || !user || !client) return undefined
    const fact = {
      id,
      grantId: record.grant,
      userId: user.id,
      userName: user.name,
      displayName: user.displayName,
      clientId: grant.client,
      scopes: stillAllowed(record.scopes, client),
      resources: record.resources,
      issuedAt: record.issuedAt,
      expiresAt: record.expiresAt,
    }
    // What was revoked while this was read must not be remembered.
    if (forgotten === before) known.set(token, fact)
    return isGood(fact) ? fact : undefined
  }

  function isGood({ issuedAt, expiresAt }: AccessToken): boolean {
    const at = now()
    return expiresAt > at && !isOfTheFuture(issuedAt, at)
  }

  async function stillGranted({ id, grantId, expiresAt }: AccessToken): Promise<boolean> {
    // Before its time it is gone only if it was revoked.
    if (expiresAt > now() && !(await store.get('access', id))) return false
    const grant = await store.get('grant', grantId)
    if (!grant || !(await clients.find(grant.client))) return false
    return (await findResourceOwner(store, grant)) !== undefined
  }

  function forgetAll(): void {
    forgotten++
    known.clear()
  }

  return { find, stillGranted, forgetAll }
}
