import { StorageError } from '../../files/storage-error.ts'
import { SealError, type Sealer } from '../../secrets/seal.ts'
import { everyRow } from '../../store/every-row.ts'
import type { UpstreamTokenRecord, UserRecord } from '../../store/records.ts'
import type { Store } from '../../store/store.ts'
import type { TokenTools } from './token-tools.ts'

/** A token as it is stored. */
export interface TokenRow {
  id: string
  value: UpstreamTokenRecord
}

export function tokenRowId(grant: string, upstream: string): string {
  return `${grant}.${upstream}`
}

/** The other way round. */
export function grantOfRow({ id, value }: TokenRow): string {
  return id.slice(0, -value.upstream.length - 1)
}

export async function findRow(store: Store, id: string): Promise<TokenRow | undefined> {
  const value = await store.get('upstream-token', id)
  return value && { id, value }
}

/** Somebody else has changed the row meanwhile, or deleted it. */
export class RowChangedError extends StorageError {
  override name = 'RowChangedError'
}

/** @returns the row as it is from now on. @throws RowChangedError, StorageError */
export async function changeRow(
  store: Store,
  { id, value }: TokenRow,
  change: Partial<UpstreamTokenRecord>,
): Promise<TokenRow> {
  const changed = { ...value, ...change, revision: value.revision + 1 }
  if (await store.replace('upstream-token', id, value.revision, changed)) return { id, value: changed }
  throw new RowChangedError(`token ${id} was changed by somebody else`)
}

/** The token that a row holds now. @returns undefined where there is none, or none that can be opened any more. */
export function openToken(sealer: Sealer, { id, value }: TokenRow): string | undefined {
  return value.sealedToken === undefined ? undefined : openIfPossible(sealer, value.sealedToken, purposeOf(id))
}

/** Those before it that are still to be ended. */
export function openEarlier(sealer: Sealer, { id, value }: TokenRow): string[] {
  const tokens = (value.earlier ?? []).map((sealed) => openIfPossible(sealer, sealed, purposeOf(id)))
  return tokens.filter((token) => token !== undefined)
}

export function sealToken(sealer: Sealer, id: string, token: string): string {
  return sealer.seal(token, purposeOf(id))
}

function purposeOf(id: string): string {
  return `upstream-token:${id}`
}

/** The person's session at this upstream, if their account is there and it can be opened. */
export function openSession(
  { openAccountSession }: Pick<TokenTools, 'openAccountSession'>,
  user: UserRecord | undefined,
  upstream: string,
): string | undefined {
  return user?.account?.upstream === upstream ? unlessSealed(() => openAccountSession(user)) : undefined
}

function openIfPossible(sealer: Sealer, sealed: string, purpose: string): string | undefined {
  return unlessSealed(() => sealer.open(sealed, purpose))
}

/** A gateway doesn't start without its keys: what can't be opened was sealed with one that its owner has given up. */
function unlessSealed<T>(open: () => T): T | undefined {
  try {
    return open()
  } catch (error) {
    if (error instanceof SealError) return undefined
    throw error
  }
}

/** Seals with the newest key what an earlier one has sealed. @throws StorageError */
export async function sealTokensAnew({ store, sealer }: Sealing): Promise<void> {
  for await (const { id } of everyRow(store, 'upstream-token')) {
    // A gateway that runs may renew it at that moment, and one token is no reason to leave out the others.
    for (let isDone = false; !isDone; ) isDone = await sealRowAnew({ store, sealer }, id)
  }
}

interface Sealing {
  store: Store
  sealer: Sealer
}

/** @returns whether nothing is left to do; false where somebody else has changed the row meanwhile. */
async function sealRowAnew({ store, sealer }: Sealing, id: string): Promise<boolean> {
  const row = await findRow(store, id)
  const sealed = [row?.value.sealedToken, ...(row?.value.earlier ?? [])].filter((one) => one !== undefined)
  if (!row || sealed.every(sealer.isNewest)) return true
  const token = openToken(sealer, row)
  const earlier = openEarlier(sealer, row).map((one) => sealToken(sealer, id, one))
  const { revision } = row.value
  const anew = { ...row.value, sealedToken: token && sealToken(sealer, id, token), earlier, revision: revision + 1 }
  return store.replace('upstream-token', id, revision, anew)
}
