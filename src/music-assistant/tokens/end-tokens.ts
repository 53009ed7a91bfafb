import type { CallUpstream } from '../../http/call-upstream.ts'
import type { UserRecord } from '../../store/records.ts'
import { endToken, listTokens, revokeToken } from './token-calls.ts'
import { changeRow, openEarlier, openSession, openToken, type TokenRow } from './token-rows.ts'
import type { TokenTools } from './token-tools.ts'

/**
 * Ends at Music Assistant what a row has left over: tokens that another one has taken the place of, and one that may have
 * been made without anybody here getting it.
 * @throws GatewayError while Music Assistant can't be asked; then the row still tells of it.
 */
export async function tidyRow(
  tools: TokenTools,
  call: CallUpstream,
  row: TokenRow,
  user: UserRecord | undefined,
): Promise<TokenRow> {
  const { store, sealer } = tools
  if (row.value.making !== undefined) await endLost(tools, call, row, user)
  for (const token of openEarlier(sealer, row)) await endToken(call, token)
  return changeRow(store, row, { making: undefined, earlier: undefined, pendingUntil: undefined })
}

/** Ends all that a row stands for, and then the row. @throws GatewayError as above. */
export async function endRow(
  tools: TokenTools,
  call: CallUpstream,
  row: TokenRow,
  user: UserRecord | undefined,
): Promise<void> {
  const tidied = await tidyRow(tools, call, row, user)
  const token = openToken(tools.sealer, tidied)
  if (token !== undefined) await endToken(call, token)
  await tools.store.delete('upstream-token', row.id)
}

/** By its name, which no other token has. */
async function endLost(
  tools: TokenTools,
  call: CallUpstream,
  row: TokenRow,
  user: UserRecord | undefined,
): Promise<void> {
  const { making, upstream, userName } = row.value
  const bearers = [openSession(tools, user, upstream), openToken(tools.sealer, row)].filter((one) => one !== undefined)
  for (const bearer of bearers) {
    const listed = await listTokens(call, bearer)
    if ('kind' in listed) continue
    for (const { id } of listed.filter(({ name }) => name === making)) await revokeToken(call, bearer, id)
    return
  }
  const detail = `whether "${making}" is among the tokens of ${userName} there can't be looked up any more`
  tools.log.warn({ upstream, detail }, 'token may be left over')
}
