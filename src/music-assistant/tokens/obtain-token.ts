import { GatewayError } from '../../http/gateway-error.ts'
import type { Identity } from '../../http/identity.ts'
import type { UserRecord } from '../../store/records.ts'
import { tidyRow } from './end-tokens.ts'
import { beginRow, mintToken } from './mint-token.ts'
import type { TokenState } from './personal-tokens.ts'
import { changeRow, findRow, openSession, openToken, type TokenRow, tokenRowId } from './token-rows.ts'
import { findUser, type TokenTools } from './token-tools.ts'

/** Who needs a token where. */
export interface Wanted {
  upstream: string
  identity: Identity
  grant: string
}

/**
 * The token of a grant: the one that it has, or else a new one by the session of its person. Where Music Assistant knows
 * that neither any more, the link is over, and so is the grant: its client asks for another one.
 * @returns undefined where this person has no account there.
 * @throws GatewayError upstream_refused_person, upstream_refused_gateway, or why Music Assistant can't be asked.
 */
export async function obtainToken(tools: TokenTools, state: TokenState, wanted: Wanted): Promise<string | undefined> {
  const { upstream, identity, grant } = wanted
  const id = tokenRowId(grant, upstream)
  const row = await findRow(tools.store, id)
  const token = row && usableToken(tools, row)
  if (row && token !== undefined) {
    // Its grant has come, for somebody calls with it: once that is gone, so is this.
    if (row.value.pendingUntil !== undefined) await state.alone(id, () => noteGranted(tools, id))
    return token
  }
  const user = await findUser(tools, { userName: identity.user.name, userId: identity.user.id })
  // Whoever was removed at this moment must not become the owner of the gateway's own token.
  if (!user) throw linkOver(wanted, 'its person is gone')
  if (!row && user.account?.upstream !== upstream) return undefined
  return state.alone(id, () => obtainAlone(tools, state, wanted, user))
}

/** Of a crowd one asks; the others get what it got, a token or an error. */
async function obtainAlone(
  tools: TokenTools,
  state: TokenState,
  wanted: Wanted,
  user: UserRecord | undefined,
): Promise<string> {
  const { store, audit } = tools
  const { upstream, identity, grant } = wanted
  const id = tokenRowId(grant, upstream)
  const row = await findRow(store, id)
  const token = row && usableToken(tools, row)
  if (token !== undefined) return token
  // A new session may do what the one before couldn't.
  const attempt = `${id} ${user?.account?.sessionAt}`
  const problem = state.retries.problem(attempt)
  if (problem) throw problem
  const granted = await store.get('grant', grant)
  const call = tools.callTo(upstream)
  if (!granted || !call) throw linkOver(wanted, 'its grant is gone')
  const session = openSession(tools, user, upstream)
  const about = { user: identity.user.name, client: identity.client, grant }
  const minted = await failing(state, attempt, async () => {
    // What may have been made the last time is ended first, for the row tells of one such token.
    const known = row?.value.making === undefined ? row : await tidyRow(tools, call, row, user)
    const begun = known ?? (await beginRow(tools, id, newToken(tools, wanted, user)))
    return mintToken(tools, call, begun, session === undefined ? [] : [session])
  })
  state.version++
  if (minted.kind === 'minted') {
    audit({ event: row ? 'upstream_token_renewed' : 'upstream_token_issued', ...about, detail: `at ${upstream}` })
    return minted.token
  }
  audit({ event: 'upstream_token_refused', ...about, detail: `by ${upstream}: ${minted.detail}` })
  if (minted.kind === 'refused') {
    const error = new GatewayError('upstream_refused_gateway', `no token for ${about.user}: ${minted.detail}`)
    state.retries.failed(attempt, error)
    throw error
  }
  await store.delete('grant', grant)
  tools.forgetAll()
  audit({ event: 'revoked', ...about, detail: `${upstream} no longer knows its person` })
  throw linkOver(wanted, minted.detail)
}

async function noteGranted({ store }: TokenTools, id: string): Promise<void> {
  const row = await findRow(store, id)
  if (row?.value.pendingUntil !== undefined) await changeRow(store, row, { pendingUntil: undefined })
}

/** Notes a failure, so that the next request doesn't try the same at once. */
async function failing<T>({ retries }: TokenState, attempt: string, run: () => Promise<T>): Promise<T> {
  try {
    const result = await run()
    retries.succeeded(attempt)
    return result
  } catch (error) {
    if (error instanceof GatewayError) retries.failed(attempt, error)
    throw error
  }
}

function usableToken({ sealer, now }: TokenTools, row: TokenRow): string | undefined {
  return row.value.endsAt > now() ? openToken(sealer, row) : undefined
}

function newToken({ host }: TokenTools, { upstream, identity }: Wanted, user: UserRecord | undefined) {
  const { id: userId, name: userName } = identity.user
  const name = `${identity.client ?? userName} via ${host()}`
  return { upstream, userName, userId, account: user?.account?.name ?? '', name }
}

/** @see RFC 6750 section 3.1 */
export function linkOver({ upstream }: Pick<Wanted, 'upstream'>, detail: string): GatewayError {
  const sentence = 'The link with the server behind this gateway is over.'
  const header = `Bearer realm="skillgate", error="invalid_token", error_description="${sentence}"`
  return new GatewayError('upstream_refused_person', `${upstream}: ${detail}`, { 'WWW-Authenticate': header })
}
