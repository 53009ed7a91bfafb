import type { OwnTokens } from '../../gateway/upstreams/own-tokens.ts'
import { GatewayError } from '../../http/gateway-error.ts'
import type { GrantTokens } from '../../oauth/grant-tokens.ts'
import { type Kept, keepTokens } from './keep-tokens.ts'
import { beginRow, mintToken } from './mint-token.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { ownTokensAt } from './own-tokens-at.ts'
import { openRetries } from './retries.ts'
import { openSession, tokenRowId } from './token-rows.ts'
import { findUser, type TokenTools } from './token-tools.ts'

export type { Kept }

/** People's own tokens at Music Assistant, from the consent that they are made for to their end. */
export interface PersonalTokens extends GrantTokens {
  /** Those of one upstream, for who is calling. */
  at: (upstream: string) => OwnTokens
  /** Renews what is due, and ends what nobody needs any more. @throws StorageError */
  keep: () => Promise<Kept>
}

/** What all of it shares. */
export interface TokenState {
  /** One thing at a time is done about a token, by the id of its row. */
  alone: ReturnType<typeof oneAtATime>
  retries: ReturnType<typeof openRetries>
  /** Goes up whenever a token was made or ended. */
  version: number
}

export function openPersonalTokens(tools: TokenTools): PersonalTokens {
  const state: TokenState = { alone: oneAtATime(), retries: openRetries(tools.monotonic), version: 0 }
  const byUpstream = new Map<string, OwnTokens>()
  return {
    mint: (wanted) => mintForConsent(tools, wanted),
    at(upstream) {
      const there = byUpstream.get(upstream) ?? ownTokensAt(tools, state, upstream)
      byUpstream.set(upstream, there)
      return there
    },
    keep: () => keepTokens(tools, state),
  }
}

/** Made before there is a grant: whatever becomes of the consent, the row tells of the token. */
async function mintForConsent(
  tools: TokenTools,
  { grant, until, clientName, ...owner }: Parameters<GrantTokens['mint']>[0],
): ReturnType<GrantTokens['mint']> {
  const { store, audit, log } = tools
  const user = await findUser(tools, owner)
  const { account } = user ?? {}
  const call = account && tools.isPersonal(account.upstream) ? tools.callTo(account.upstream) : undefined
  if (!account || !call) return { kind: 'none' }
  const { upstream } = account
  const about = { user: owner.userName, grant }
  try {
    const session = openSession(tools, user, upstream)
    const wanted = { ...owner, upstream, account: account.name, name: `${clientName} via ${tools.host()}` }
    const begun = await beginRow(tools, tokenRowId(grant, upstream), { ...wanted, pendingUntil: until })
    const minted = await mintToken(tools, call, begun, session === undefined ? [] : [session])
    if (minted.kind === 'minted') {
      audit({ event: 'upstream_token_issued', ...about, detail: `at ${upstream}, as ${account.name}` })
      return { kind: 'made' }
    }
    await store.delete('upstream-token', begun.id)
    audit({ event: 'upstream_token_refused', ...about, detail: `by ${upstream}: ${minted.detail}` })
    return { kind: minted.kind }
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    log.warn({ upstream, detail: error.detail ?? error.message }, 'no token could be made')
    return { kind: 'unreachable' }
  }
}
