import type { Environment } from '../config/environment.ts'

/** Milliseconds by which the wall clock may have moved against one that only counts on. What is more is a jump. */
const JUMP_MS = 10_000
const HOUR_MS = 3_600_000
/** A gateway may have been off, or asleep, for so long. What is more is hard to believe. */
const GAP_LIMIT_MS = 31 * 24 * HOUR_MS
/** For which a clock has to go evenly before it is believed: after a jump, and after one that is hard to believe. */
const BELIEVED_AFTER_MS = { jump: HOUR_MS, gap: 7 * 24 * HOUR_MS }

/** Why nobody knows what time it is. */
export interface ClockDoubt {
  /** For the log. */
  detail: string
  /** It shows a time before this program was made: then nothing may be dated by it. */
  impossible: boolean
}

/** The wall clock, and whether it can be believed. */
export interface Clock {
  /** Milliseconds since 1970, right or wrong. */
  now: () => number
  /** Undefined while the clock can be believed. Costs two looks at clocks, and no I/O. */
  doubt: () => ClockDoubt | undefined
  /** Milliseconds since the last jump, or since the start. */
  evenFor: () => number
}

export interface ClockEvidence extends Pick<Environment, 'now'> {
  /** Milliseconds of a clock that only counts on. */
  monotonic: () => number
  /** When the clock was last believed, by an earlier process. Milliseconds since 1970. */
  seenAt?: number
  /** When this program was made. Milliseconds since 1970. */
  releasedAt: number
}

/** A moment that is known by both clocks. */
interface Reference {
  wall: number
  counted: number
  /** The wall clock was believed at that moment; otherwise it was then at the earliest. */
  exact: boolean
}

/**
 * Compares the wall clock with one that only counts on, with when it was last believed, and with the day on which this
 * program was made. docs/decisions/clocks.md has the cases.
 */
export function watchClock({ now, monotonic, seenAt, releasedAt }: ClockEvidence): Clock {
  let evenSince = monotonic()
  let ahead = now() - evenSince
  let reference: Reference | undefined =
    seenAt === undefined ? undefined : { wall: seenAt, counted: evenSince, exact: false }

  function look(): { at: number; counted: number } {
    const counted = monotonic()
    const at = now()
    if (Math.abs(at - counted - ahead) > JUMP_MS) {
      evenSince = counted
      ahead = at - counted
    }
    return { at, counted }
  }

  function doubt(): ClockDoubt | undefined {
    const { at, counted } = look()
    if (at < releasedAt) return { detail: `it shows ${day(at)}, before this program was made`, impossible: true }
    if (reference) {
      const off = at - reference.wall - (counted - reference.counted)
      const wait = Math.abs(off) > GAP_LIMIT_MS ? BELIEVED_AFTER_MS.gap : BELIEVED_AFTER_MS.jump
      if (isOdd(off, reference) && counted - evenSince < wait) return { detail: describe(off, at), impossible: false }
      if (reference.exact && !isOdd(off, reference)) return undefined
    }
    reference = { wall: at, counted, exact: true }
    return undefined
  }

  doubt()
  return { now, doubt, evenFor: () => look().counted - evenSince }
}

function isOdd(off: number, { exact }: Reference): boolean {
  return off < -JUMP_MS || off > (exact ? JUMP_MS : GAP_LIMIT_MS)
}

function describe(off: number, at: number): string {
  const seconds = Math.round(Math.abs(off) / 1000)
  return `it shows ${day(at)}, ${seconds} s ${off < 0 ? 'before' : 'after'} what was to be expected`
}

function day(at: number): string {
  return new Date(at).toISOString()
}
