import { GatewayError } from '../../http/gateway-error.ts'
import { everyRow } from '../../store/every-row.ts'
import type { UpstreamTokenRecord } from '../../store/records.ts'
import { endRow, tidyRow } from './end-tokens.ts'
import { mintToken } from './mint-token.ts'
import { nextStep, type Step } from './next-step.ts'
import type { TokenState } from './personal-tokens.ts'
import { findRow, grantOfRow, openSession, openToken, RowChangedError, type TokenRow } from './token-rows.ts'
import { findUser, type TokenTools } from './token-tools.ts'

/** What ends so soon, and should have been renewed long ago, is told of. Milliseconds. */
export const ENDING_SOON_MS = 14 * 86_400_000
/** Until what was refused is asked for again, with the same session. Milliseconds. */
const REFUSED_WAIT_MS = 86_400_000

/** What came of looking after all of them. */
export interface Kept {
  /** Those that end soon, and couldn't be renewed. */
  ending: Pick<UpstreamTokenRecord, 'userName' | 'upstream' | 'endsAt'>[]
  /** Whether something is left to do, such as while Music Assistant is down. */
  unfinished: boolean
}

/** Does what is to be done about each token. @throws StorageError */
export async function keepTokens(tools: TokenTools, state: TokenState): Promise<Kept> {
  const kept: Kept = { ending: [], unfinished: false }
  const failing = new Set<string>()
  for await (const listed of everyRow(tools.store, 'upstream-token')) {
    const { upstream } = listed.value
    const step = nextStep(listed.value, await circumstancesOf(tools, listed))
    const mayTry = step !== 'keep' && !failing.has(upstream) && !state.retries.problem(listed.id)
    const failed = mayTry && !(await state.alone(listed.id, () => tryStep(tools, state, listed.id)))
    // Whatever keeps this one from being ended keeps the others from it too.
    if (failed) failing.add(upstream)
    if (step === 'end' || step === 'tidy') kept.unfinished ||= failed || !mayTry
    if (step === 'renew') await noteEnding(tools, kept, listed.id)
  }
  return kept
}

/** Where it is still due for another one after that was tried. */
async function noteEnding(tools: TokenTools, { ending }: Kept, id: string): Promise<void> {
  const row = await findRow(tools.store, id)
  if (!row || row.value.endsAt - tools.now() > ENDING_SOON_MS) return
  if (nextStep(row.value, await circumstancesOf(tools, row)) !== 'renew') return
  const { userName, upstream, endsAt } = row.value
  ending.push({ userName, upstream, endsAt })
}

/** @returns whether it went as it should, as far as Music Assistant goes. */
async function tryStep(tools: TokenTools, state: TokenState, id: string): Promise<boolean> {
  // As it is now: somebody else may have done it meanwhile.
  const row = await findRow(tools.store, id)
  if (!row) return true
  try {
    await takeStep(tools, state, row, nextStep(row.value, await circumstancesOf(tools, row)))
    state.retries.succeeded(id)
    return true
  } catch (error) {
    if (error instanceof RowChangedError) return true
    if (!(error instanceof GatewayError)) throw error
    const { upstream, userName: user } = row.value
    tools.log.warn({ upstream, user, detail: error.detail }, 'token could not be renewed or ended yet')
    state.retries.failed(id, error)
    return false
  }
}

async function takeStep(tools: TokenTools, state: TokenState, row: TokenRow, step: Step): Promise<void> {
  const { store, audit, now } = tools
  const { upstream, userName, userId, endsAt } = row.value
  if (step === 'keep') return
  const call = tools.callTo(upstream)
  const about = { user: userName, grant: grantOfRow(row) }
  const user = await findUser(tools, { userName, userId })
  if (!call) {
    if (step !== 'end' || endsAt > now()) throw new GatewayError('bad_gateway', `there is no upstream ${upstream} now`)
    await store.delete('upstream-token', row.id)
    return
  }
  if (step === 'renew') return renew(tools, state, row)
  if (step === 'tidy') {
    await tidyRow(tools, call, row, user)
    return
  }
  await endRow(tools, call, row, user)
  state.version++
  audit({ event: 'upstream_token_ended', ...about, detail: `at ${upstream}` })
}

/** By the token itself, which may ask for the next one; or by the session of its person. The old one ends after that. */
async function renew(tools: TokenTools, state: TokenState, row: TokenRow): Promise<void> {
  const { upstream, userName, userId, endsAt } = row.value
  const call = tools.callTo(upstream)
  const user = await findUser(tools, { userName, userId })
  const attempt = `${row.id} ${user?.account?.sessionAt}`
  if (!call || state.retries.problem(attempt)) return
  const own = endsAt > tools.now() ? openToken(tools.sealer, row) : undefined
  const bearers = [own, openSession(tools, user, upstream)].filter((one) => one !== undefined)
  const about = { user: userName, grant: grantOfRow(row) }
  const minted = await mintToken(tools, call, row, bearers)
  state.version++
  if (minted.kind !== 'minted') {
    tools.audit({ event: 'upstream_token_refused', ...about, detail: `by ${upstream}: ${minted.detail}` })
    state.retries.failed(attempt, new GatewayError('upstream_refused_gateway', minted.detail), REFUSED_WAIT_MS)
    return
  }
  tools.audit({ event: 'upstream_token_renewed', ...about, detail: `at ${upstream}` })
  await tidyRow(tools, call, minted.row, user)
}

async function circumstancesOf({ store, now, inDoubt }: TokenTools, row: TokenRow) {
  const grant = await store.get('grant', grantOfRow(row), 0)
  const granted = grant !== undefined && (await findUser({ store }, grant)) !== undefined
  return { granted, now: now(), inDoubt: inDoubt() }
}
