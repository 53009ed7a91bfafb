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

/** What failures are counted under. */
export interface Counter {
  id: string
  /** Milliseconds for which each of them counts; `FAILURE_COUNTS_FOR_MS` if absent. */
  forMs?: number
}

/** A failure that was counted, to be withdrawn if it turns out to be none. */
export interface Counted extends Failure, Counter {
  kind: 'counted'
  /** How many counted before it, in the narrowest of its blocks. */
  earlier: number
  /** The same in the widest: whoever has a whole /48 has as many /64 as they like from which nothing has come yet. */
  earlierAround: number
}

interface Failure {
  at: number
  /** Where it was within what the row stands for. */
  within: number
}

/** How many may happen in blocks of 2^bits places that are next to each other. */
export interface BlockLimit {
  bits: number
  limit: number
}

/**
 * Counts a failure before it is known to be one, by compare and swap: however many ask at once, only as many as are
 * left get through.
 * @param limit how many may happen. @param forMs as of a `Counter`.
 */
export function countFailure(
  store: Store,
  now: () => number,
  id: string,
  limit: number = FAILURES_LIMIT,
  forMs?: number,
): Promise<Counted | Wait> {
  return countWithin(store, now, { id, within: 0, forMs }, [{ bits: 0, limit }])
}

/** The same for one of many places that share a row. @param limits of the blocks around it, the narrowest first. */
export async function countWithin(
  store: Store,
  now: () => number,
  { within, ...counter }: Counter & { within: number },
  limits: BlockLimit[],
): Promise<Counted | Wait> {
  const { forMs = FAILURE_COUNTS_FOR_MS } = counter
  for (;;) {
    const row = await store.get('failures', counter.id)
    const at = now()
    const recent = row ? recentOf(row, at, forMs) : []
    const waits = limits.flatMap((limit) => waitOf(recent, within, limit))
    if (!row || waits.length === 0) {
      const [earlier = 0, earlierAround = 0] = [limits[0], limits.at(-1)].map(
        (block) => inBlock(recent, within, block?.bits ?? 0).length,
      )
      if (await write(store, counter, row, [...recent, { at, within }], at))
        return { kind: 'counted', ...counter, at, within, earlier, earlierAround }
      continue
    }
    const first = !row.reported
    if (first && !(await write(store, counter, row, recent, recent.at(-1)?.at ?? at, true))) continue
    return { kind: 'wait', seconds: Math.ceil((Math.max(...waits) + forMs - at) / 1000), first }
  }
}

/** @returns when the failure was that has to count no more before another one may happen, where one has to wait. */
function waitOf(recent: Failure[], within: number, { bits, limit }: BlockLimit): number[] {
  const failures = inBlock(recent, within, bits)
  const last = failures.at(-limit)
  return last === undefined ? [] : [last.at]
}

function inBlock(failures: Failure[], within: number, bits: number): Failure[] {
  return failures.filter((failure) => failure.within >> bits === within >> bits)
}

/** Takes back what `countFailure` counted, and nothing else. */
export function withdrawFailure(store: Store, now: () => number, { at, within, ...counter }: Counted): Promise<void> {
  return change(store, now, counter, (failures) => {
    const index = failures.findIndex((failure) => failure.at === at && failure.within === within)
    return index < 0 ? failures : failures.toSpliced(index, 1)
  })
}

/** Forgets all that was counted there. */
export function forgetFailures(store: Store, now: () => number, counter: Counter): Promise<void> {
  return change(store, now, counter, () => [])
}

async function change(
  store: Store,
  now: () => number,
  counter: Counter,
  turn: (failures: Failure[]) => Failure[],
): Promise<void> {
  for (;;) {
    const row = await store.get('failures', counter.id)
    // The row stays, though it be empty, so that its revision never begins anew while somebody is about to replace it.
    if (!row || (await write(store, counter, row, turn(failuresOf(row)), now()))) return
  }
}

/** @param last when the last failure was. @returns false when somebody else was faster. */
function write(
  store: Store,
  { id, forMs = FAILURE_COUNTS_FOR_MS }: Counter,
  row: FailuresRecord | undefined,
  failures: Failure[],
  last: number,
  reported?: true,
): Promise<boolean> {
  const value: FailuresRecord = { revision: (row?.revision ?? 0) + 1, at: failures.map(({ at }) => at) }
  if (failures.some(({ within }) => within !== 0)) value.within = failures.map(({ within }) => within)
  if (reported) value.reported = reported
  const expiresAt = last + forMs
  return row
    ? store.replace('failures', id, row.revision, value, expiresAt)
    : store.insert('failures', id, value, expiresAt)
}

function failuresOf({ at, within = [] }: FailuresRecord): Failure[] {
  return at.map((time, i) => ({ at: time, within: within[i] ?? 0 }))
}

/** A clock that was moved back makes nothing immortal. */
function recentOf(row: FailuresRecord, at: number, forMs: number): Failure[] {
  return failuresOf(row).filter((failure) => Math.abs(at - failure.at) < forMs)
}
