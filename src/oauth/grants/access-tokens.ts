import type { Identity } from '../../http/identity.ts'
import { isOfTheFuture } from '../../store/clock-tolerance.ts'
import { stillAllowed } from '../checks/still-allowed.ts'
import type { Clients } from '../clients/clients.ts'
import type { TokenFact, TokenFacts } from './token-facts.ts'

/** What an access token is good for, by the configuration of now. */
export interface AccessToken {
  /** Its hash. */
  id: string
  grantId: string
  identity: Identity
  /** What it is for; anything if absent. @see RFC 8707 */
  resources?: string[]
  /** Milliseconds since 1970. */
  issuedAt: number
  /** Milliseconds since 1970. */
  expiresAt: number
}

export interface AccessTokens {
  /**
   * What the token is good for; undefined for one that is unknown, expired or revoked, or whose user or client is gone.
   * @throws StorageError when nobody can tell.
   */
  find: (token: string) => AccessToken | undefined | Promise<AccessToken | undefined>
  /**
   * Whether the token wasn't revoked, and its grant, user and client are still there.
   * @param scopes those that the client must still be allowed to have. @throws StorageError when nobody can tell.
   */
  stillGranted: (token: Pick<AccessToken, 'id' | 'grantId' | 'expiresAt'>, scopes?: string[]) => Promise<boolean>
  /** To be called when anything was revoked. */
  forgetAll: () => void
}

/** Access tokens as the clients of a configuration have them. Facts are remembered; this is decided at each request. */
export function findAccessToken(facts: TokenFacts, clients: Clients, now: () => number): AccessTokens {
  // Whatever these facts and these clients make of each other is the same each time.
  const decided = new WeakMap<TokenFact, AccessToken | undefined>()

  function find(token: string): AccessToken | undefined | Promise<AccessToken | undefined> {
    const fact = facts.find(token)
    return fact instanceof Promise ? fact.then(decide) : decide(fact)
  }

  function decide(fact: TokenFact | undefined): AccessToken | undefined {
    if (!fact) return undefined
    let token = decided.get(fact)
    if (!token) {
      token = accessToken(fact, clients)
      if (!token) return undefined
      decided.set(fact, token)
    }
    return isGood(token) ? token : undefined
  }

  function isGood({ issuedAt, expiresAt }: AccessToken): boolean {
    const at = now()
    return expiresAt > at && !isOfTheFuture(issuedAt, at)
  }

  async function stillGranted(
    { id, grantId, expiresAt }: Pick<AccessToken, 'id' | 'grantId' | 'expiresAt'>,
    scopes: string[] = [],
  ): Promise<boolean> {
    // Before its time a token is gone only if it was revoked; after it, the grant counts.
    const fact = await facts.read(id, expiresAt > now() ? undefined : grantId)
    const client = fact && clients.withRow(fact.grant.client, fact.client)
    return client !== undefined && stillAllowed(scopes, client).length === scopes.length
  }

  return { find, stillGranted, forgetAll: facts.forgetAll }
}

function accessToken({ id, access, grant, user, client: row }: TokenFact, clients: Clients): AccessToken | undefined {
  const client = clients.withRow(grant.client, row)
  if (!client) return undefined
  const { id: userId, name, displayName } = user
  return {
    id,
    grantId: access.grant,
    identity: {
      user: { id: userId, name, displayName },
      client: client.id,
      grant: access.grant,
      scopes: stillAllowed(access.scopes, client),
      by: 'bearer',
    },
    resources: access.resources,
    issuedAt: access.issuedAt,
    expiresAt: access.expiresAt,
  }
}
