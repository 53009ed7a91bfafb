import type { FailuresRecord } from '../store/records.ts'
import type { Store } from '../store/store.ts'

/** For which a failure counts. */
export const FAILURE_COUNTS_FOR_MS = 10 * 60_000
/** Whoever has so many waits until the oldest of them counts no more. */
export const FAILURES_LIMIT = 5

/** There were too many failures: nothing is to be tried now. */
export interface Wait {
  kind: 'wait'
  seconds: number
  /** Whether this is the first one to be told so since the last attempt that was let through. */
  first: boolean
}

/** A failure that was counted, to be withdrawn if it turns out to be none. */
export interface Counted {
  kind: 'counted'
  id: string
  at: number
}

/**
 * Counts a failure before it is known to be one, by compare and swap: however many ask at once, only as many as are
 * left get through.
 * @param limit how many may happen.
 */
export async function countFailure(
  store: Store,
  now: () => number,
  id: string,
  limit: number = FAILURES_LIMIT,
): Promise<Counted | Wait> {
  for (;;) {
    const row = await store.get('failures', id)
    const at = now()
    const recent = row ? recentOf(row, at) : []
    const [oldest = at] = recent
    if (!row || recent.length < limit) {
      if (await write(store, id, row, { at: [...recent, at] }, at)) return { kind: 'counted', id, at }
      continue
    }
    const first = !row.reported
    if (first && !(await write(store, id, row, { at: recent, reported: true }, recent.at(-1) ?? at))) continue
    return { kind: 'wait', seconds: Math.ceil((oldest + FAILURE_COUNTS_FOR_MS - at) / 1000), first }
  }
}

/** Takes back what `countFailure` counted, and nothing else. */
export function withdrawFailure(store: Store, now: () => number, { id, at }: Counted): Promise<void> {
  return change(store, now, id, (times) => {
    const index = times.indexOf(at)
    return index < 0 ? times : times.toSpliced(index, 1)
  })
}

/** Forgets all that was counted under this id. */
export function forgetFailures(store: Store, now: () => number, { id }: Counted): Promise<void> {
  return change(store, now, id, () => [])
}

async function change(store: Store, now: () => number, id: string, turn: (times: number[]) => number[]): Promise<void> {
  for (;;) {
    const row = await store.get('failures', id)
    // The row stays, though it be empty, so that its revision never begins anew while somebody is about to replace it.
    if (!row || (await write(store, id, row, { at: turn(row.at) }, now()))) return
  }
}

/** @param last when the last failure was. @returns false when somebody else was faster. */
function write(
  store: Store,
  id: string,
  row: FailuresRecord | undefined,
  value: Omit<FailuresRecord, 'revision'>,
  last: number,
): Promise<boolean> {
  const changed = { ...value, revision: (row?.revision ?? 0) + 1 }
  const expiresAt = last + FAILURE_COUNTS_FOR_MS
  return row
    ? store.replace('failures', id, row.revision, changed, expiresAt)
    : store.insert('failures', id, changed, expiresAt)
}

/** A clock that was moved back makes nothing immortal. */
function recentOf(row: FailuresRecord, at: number): number[] {
  return row.at.filter((time) => Math.abs(at - time) < FAILURE_COUNTS_FOR_MS)
}
