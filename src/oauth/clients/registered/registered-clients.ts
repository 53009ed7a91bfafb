import { isDeepStrictEqual } from 'node:util'
import { openTurns } from '../../../limits/in-turn.ts'
import { isWithin } from '../../../store/clock-tolerance.ts'
import { everyRow } from '../../../store/every-row.ts'
import type { ClientRecord } from '../../../store/records.ts'
import type { Entry, Store } from '../../../store/store.ts'
import { deny } from '../../deny.ts'
import { isStranger, whoMakesRoom } from './room-for-strangers.ts'
import { clientsInUse, endAllowedTo } from './what-was-allowed.ts'

/** So many may have registered themselves with the token at once, and so many with a document be approved; more than a home has. */
export const REGISTERED_CLIENTS_LIMIT = 100
/** In which somebody has to allow a new client something, once the room is needed. */
const TIME_TO_BE_ALLOWED_MS = 86_400_000

/** A client that isn't configured, as it is kept: one that registered itself, or one with a document. */
export interface ClientRow {
  id: string
  record: ClientRecord
}

/** Those that registered themselves, and those with a document that somebody has approved, by their ids. */
export async function listRegisteredClients(store: Store): Promise<ClientRow[]> {
  const clients: ClientRow[] = []
  for await (const { id, value: record } of everyRow(store, 'client')) clients.push({ id, record })
  return clients
}

/**
 * Adds a client. Where there are too many, those go first that nobody allowed anything in time. Those that registered openly
 * have room of their own, so that no stranger keeps out one that has the token.
 *
 * Each registration changes the one row that counts them, in the step that writes the client: whoever looked for room
 * while somebody else took it looks again, so the limit holds however many come at once, in any number of processes.
 * @param inDoubt whether the clock is: then nobody can tell what is in use, and none goes.
 * @throws OAuthError too_many_requests when all are in use, or too young.
 */
export async function addRegisteredClient(
  store: Store,
  now: number,
  { id, record }: ClientRow,
  inDoubt = false,
): Promise<void> {
  const client: Entry = { kind: 'client', id, value: record, expiresAt: record.expiresAt }
  await inTurn(async () => {
    for (;;) {
      const counter = await store.get('failures', COUNTER)
      if (isStranger(record)) await makeRoomForStranger(store)
      else await makeRoom(store, now, isDocumented(record), inDoubt)
      const value = { revision: (counter?.revision ?? 0) + 1, at: [now] }
      const added = counter
        ? await store.replace('failures', COUNTER, counter.revision, value, undefined, [client])
        : await store.insert('failures', COUNTER, value, undefined, [client])
      if (added) return
    }
  })
}

/** It never expires, so that its revision never begins anew. */
const COUNTER = 'registrations'

/** Those of this process one after the other: each of a hundred at once would otherwise look a hundred times. */
const inTurn = openTurns()

/** There is always room for one more: strangers take it from each other, and from nobody else. */
async function makeRoomForStranger(store: Store): Promise<void> {
  const gone = whoMakesRoom(await listRegisteredClients(store))
  if (gone) await deleteUnchanged(store, gone)
}

/** One that somebody approved since it was looked at stays. @returns whether it is gone. */
async function deleteUnchanged(store: Store, { id, record }: ClientRow): Promise<boolean> {
  const taken = await store.take('client', id)
  if (taken === undefined || isDeepStrictEqual(taken, record)) return true
  await store.insert('client', id, taken, taken.expiresAt)
  return false
}

/** Somebody has to approve one with a document, and whoever registers needs the token: neither takes the room of the other. */
function isDocumented({ documentReadAt }: ClientRecord): boolean {
  return documentReadAt !== undefined
}

/** @throws OAuthError too_many_requests when all of its kind are in use, or too young. */
async function makeRoom(store: Store, now: number, documented: boolean, inDoubt: boolean): Promise<void> {
  const clients = (await listRegisteredClients(store)).filter(
    ({ record }) => !record.openly && isDocumented(record) === documented,
  )
  if (clients.length < REGISTERED_CLIENTS_LIMIT) return
  const inUse = await clientsInUse(store)
  // One that was dated by a clock that was ahead has had its time too.
  const isYoung = ({ createdAt, documentReadAt }: ClientRecord) =>
    isWithin(TIME_TO_BE_ALLOWED_MS - 1, documentReadAt ?? createdAt, now)
  const unused = clients.filter(({ id, record }) => !inDoubt && !inUse.has(id) && !isYoung(record))
  let gone = 0
  for (const client of unused) if (await deleteUnchanged(store, client)) gone++
  if (gone > 0) return
  const detail = `${clients.length} clients have ${documented ? 'been approved' : 'registered'}: "skillgate client remove" makes room`
  throw deny('too-many-clients', { detail, headers: { 'Retry-After': '3600' } })
}

/**
 * Removes a client that isn't configured, and ends all that anybody allowed it.
 * @returns how many grants that were; undefined where there is no such client.
 */
export async function removeRegisteredClient(store: Store, id: string): Promise<number | undefined> {
  // From here on its grants are good for nothing, whatever becomes of the rest.
  if (!(await store.delete('client', id))) return undefined
  let ended = 0
  // Whoever approved it, or gave it an end, at that very moment may have written it once more.
  do ended += await endAllowedTo(store, id)
  while (await store.delete('client', id))
  return ended
}
