import { LRUCache } from 'lru-cache'
import { hashSecret, isSecret } from '../../secrets/secret.ts'
import type { ClientRecord, GrantRecord, TokenRecord, UserRecord } from '../../store/records.ts'
import type { Store } from '../../store/store.ts'
import { findResourceOwner } from '../find-resource-owner.ts'

/** The rows that an access token stands on. What a configuration makes of them is decided at each request. */
export interface TokenFact {
  /** The token's hash. */
  id: string
  access: TokenRecord
  grant: GrantRecord
  user: UserRecord
  /** Of a client that registered itself. */
  client: ClientRecord | undefined
}

/** The rows of access tokens, remembered for a while. They outlive every configuration. */
export interface TokenFacts {
  /** Undefined where any of the rows is missing. @throws StorageError when nobody can tell. */
  find: (token: string) => TokenFact | undefined | Promise<TokenFact | undefined>
  /** As they are in the store now. @param id the token's hash. @param grantId where the token has expired, and only its grant counts. */
  read: (id: string, grantId?: string) => Promise<TokenFact | undefined>
  /** To be called when anything was revoked. */
  forgetAll: () => void
  /** Differs from the last one whenever something may have been revoked since, here or by another process. */
  generation: () => number
}

/** Facts are remembered this long at the most. */
const MEMORY_MS = 10_000
const MEMORY_ENTRIES = 10_000
/** Asking whether another process has written costs 3 to 6 microseconds; so often is soon enough. */
const CHANGES_EVERY_MS = 5

export interface FactsOptions {
  now: () => number
  /** Milliseconds of a clock that only counts on. */
  monotonic?: () => number
  /** How old the answer may be whether another process has written. Milliseconds. */
  changesEveryMs?: number
}

export function openTokenFacts(
  store: Store,
  { now, monotonic = () => performance.now(), changesEveryMs = CHANGES_EVERY_MS }: FactsOptions,
): TokenFacts {
  const known = new LRUCache<string, TokenFact>({
    max: MEMORY_ENTRIES,
    ttl: MEMORY_MS,
    ttlResolution: 0,
    perf: { now },
  })
  let changes = store.changesByOthers()
  let askedAt = Number.NEGATIVE_INFINITY
  let generation = 0

  function noticeChanges(): void {
    const at = monotonic()
    if (at - askedAt < changesEveryMs) return
    askedAt = at
    const changesNow = store.changesByOthers()
    if (changesNow === changes) return
    changes = changesNow
    forgetAll()
  }

  function find(token: string): TokenFact | undefined | Promise<TokenFact | undefined> {
    noticeChanges()
    // The cache is keyed by the token itself: its hash would cost more than all the rest.
    return known.get(token) ?? readAndRemember(token)
  }

  async function readAndRemember(token: string): Promise<TokenFact | undefined> {
    if (!isSecret(token)) return undefined
    const before = generation
    const fact = await read(hashSecret(token))
    // What was revoked while this was read must not be remembered.
    if (fact && generation === before) known.set(token, fact)
    return fact
  }

  async function read(id: string, grantId?: string): Promise<TokenFact | undefined> {
    const access = await store.get('access', id)
    const grant = (access ?? grantId) && (await store.get('grant', access?.grant ?? (grantId as string)))
    const user = grant && (await findResourceOwner(store, grant))
    if (!grant || !user) return undefined
    const client = await store.get('client', grant.client)
    return { id, access: access ?? EXPIRED, grant, user, client }
  }

  function forgetAll(): void {
    generation++
    known.clear()
  }

  return {
    find,
    read,
    forgetAll,
    generation() {
      noticeChanges()
      return generation
    },
  }
}

/** The row of a token whose time is over. */
const EXPIRED: TokenRecord = { grant: '', scopes: [], issuedAt: 0, expiresAt: 0 }
