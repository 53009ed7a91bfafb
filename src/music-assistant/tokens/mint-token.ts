import type { CallUpstream } from '../../http/call-upstream.ts'
import type { UpstreamTokenRecord } from '../../store/records.ts'
import { endOfToken } from './end-of-token.ts'
import { createToken, endToken, type Refused } from './token-calls.ts'
import { changeRow, RowChangedError, sealToken, type TokenRow } from './token-rows.ts'
import type { TokenTools } from './token-tools.ts'

/** Where a token doesn't tell when it ends, or not so that it can be believed: the shorter of what Music Assistant's versions give. Milliseconds. */
const LIFETIME_MS = 365 * 86_400_000

export type Minted = { kind: 'minted'; row: TokenRow; token: string } | Refused

/** Whose token it is to be, and what for. */
export type NewToken = Pick<
  UpstreamTokenRecord,
  'upstream' | 'userName' | 'userId' | 'account' | 'name' | 'pendingUntil'
>

/** The row of a token that is about to be made. @throws RowChangedError where there is one already. */
export async function beginRow({ store, now }: TokenTools, id: string, wanted: NewToken): Promise<TokenRow> {
  const value: UpstreamTokenRecord = { ...wanted, revision: 1, createdAt: now(), endsAt: now() }
  if (await store.insert('upstream-token', id, value)) return { id, value }
  throw new RowChangedError(`token ${id} is there already`)
}

/**
 * Makes a token at Music Assistant, and has it take the place of the one that the row holds. Its name is written down first,
 * so that one whose answer was lost, or that was made just before a crash, is found there and ended.
 * @param bearers what to ask with, one after the other until one may.
 * @throws GatewayError when Music Assistant can't be asked; RowChangedError, StorageError.
 */
export async function mintToken(
  tools: TokenTools,
  call: CallUpstream,
  begun: TokenRow,
  bearers: string[],
): Promise<Minted> {
  const { store, randomBytes } = tools
  const making = `${plainName(begun.value.name)} (${randomBytes(4).toString('hex')})`
  const row = await changeRow(store, begun, { making })
  let refused: Refused = { kind: 'forgotten', detail: 'there is nothing left to ask with' }
  for (const bearer of bearers) {
    const answer = await createToken(call, bearer, making)
    if (answer.kind === 'created') return keepToken(tools, call, row, answer.token, making)
    refused = answer
  }
  await changeRow(store, row, { making: undefined })
  return refused
}

async function keepToken(
  { store, sealer, now }: TokenTools,
  call: CallUpstream,
  row: TokenRow,
  token: string,
  name: string,
): Promise<Minted> {
  const { sealedToken, earlier = [] } = row.value
  const times = { createdAt: now(), endsAt: endOfToken(token, now()) ?? now() + LIFETIME_MS }
  const before = sealedToken === undefined ? earlier : [...earlier, sealedToken]
  const sealed = sealToken(sealer, row.id, token)
  try {
    const change = { name, sealedToken: sealed, making: undefined, earlier: before, ...times }
    return { kind: 'minted', row: await changeRow(store, row, change), token }
  } catch (error) {
    // Nobody would know of it.
    await endToken(call, token)
    throw error
  }
}

/** Without what told it from others of its kind. */
function plainName(name: string): string {
  return name.replace(/ \([0-9a-f]{8}\)$/, '')
}
