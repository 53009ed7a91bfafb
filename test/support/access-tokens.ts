import type { Clients } from '../../src/oauth/clients/clients.ts'
import { type AccessTokens, findAccessToken } from '../../src/oauth/grants/access-tokens.ts'
import { openTokenFacts } from '../../src/oauth/grants/token-facts.ts'
import type { Store } from '../../src/store/store.ts'

/** The look-up of access tokens on a store; it notices at once what another process writes. */
export function openAccessTokens(store: Store, clients: Clients, now: () => number): AccessTokens {
  return findAccessToken(openTokenFacts(store, { now, changesEveryMs: 0 }), clients, now)
}
