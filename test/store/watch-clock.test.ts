import test from 'ava'
import { watchClock } from '../../src/store/watch-clock.ts'

const SECOND = 1000
const HOUR = 3600 * SECOND
const DAY = 24 * HOUR
const YEAR = 365 * DAY
const RELEASED = Date.UTC(2026, 10, 1)
const NOON = Date.UTC(2027, 0, 1, 12)

/** Two clocks, of which somebody sets the one and nobody the other, and what an earlier process has seen. */
function clocks({ shows = NOON, seenAt = undefined as number | undefined } = {}) {
  let wall = shows
  let counted = 1234
  const clock = watchClock({ now: () => wall, monotonic: () => counted, seenAt, releasedAt: RELEASED })
  return {
    evenFor: clock.evenFor,
    inDoubt: () => clock.doubt() !== undefined,
    doubt: clock.doubt,
    set(milliseconds: number) {
      wall += milliseconds
    },
    pass(milliseconds: number) {
      wall += milliseconds
      counted += milliseconds
    },
  }
}

test('70. a clock that goes evenly is believed, from the start on and for years', (t) => {
  for (const seenAt of [undefined, NOON, NOON - HOUR, NOON - 31 * DAY, NOON + 10 * SECOND]) {
    const { inDoubt, pass } = clocks({ seenAt })
    t.false(inDoubt(), `${seenAt}`)
    for (let year = 0; year < 5; year++) {
      pass(YEAR)
      t.false(inDoubt())
    }
  }
})

test('70. a jump of more than ten seconds is in doubt, in either direction, and believed when it lasted an hour', (t) => {
  for (const [jump, odd] of [
    [10 * SECOND, false],
    [10 * SECOND + 1, true],
    [-10 * SECOND, false],
    [-10 * SECOND - 1, true],
    [31 * DAY, true],
    [-31 * DAY, true],
  ] as const) {
    const { inDoubt, set, pass } = clocks()
    pass(DAY)
    set(jump)
    t.is(inDoubt(), odd, `${jump}`)
    pass(HOUR - 1)
    t.is(inDoubt(), odd, `${jump}, an hour less a millisecond later`)
    pass(1)
    t.false(inDoubt(), `${jump}, an hour later`)
  }
})

test('70. a jump of more than a month is believed after a week', (t) => {
  const { inDoubt, set, pass } = clocks()
  pass(DAY)
  set(31 * DAY + 1)
  t.true(inDoubt())
  pass(7 * DAY - 1)
  t.true(inDoubt())
  pass(1)
  t.false(inDoubt())
})

test('70. a clock that was ten years ahead is believed as soon as it is back, but has not gone evenly for long', (t) => {
  const { inDoubt, set, pass, evenFor } = clocks()
  pass(DAY)
  t.is(evenFor(), DAY)
  set(10 * YEAR)
  t.true(inDoubt())
  pass(HOUR / 2)
  set(-10 * YEAR)
  t.false(inDoubt())
  t.is(evenFor(), 0)
  pass(5)
  t.is(evenFor(), 5)
})

test('70. a machine that slept for days is in doubt for an hour, for its counting clock slept too', (t) => {
  const { inDoubt, set, pass, doubt } = clocks()
  pass(DAY)
  set(3 * DAY)
  t.like(doubt(), { impossible: false })
  pass(HOUR)
  t.false(inDoubt())
})

test('70. a clock that shows a time before this program was made is never believed, and right as soon as it is set', (t) => {
  const { doubt, set, pass, inDoubt } = clocks({ shows: 0, seenAt: NOON - DAY })
  t.like(doubt(), { impossible: true })
  pass(30 * DAY)
  t.like(doubt(), { impossible: true })
  set(NOON)
  t.false(inDoubt(), 'a day more has passed than it was running for')

  const first = clocks({ shows: RELEASED - 1 })
  t.like(first.doubt(), { impossible: true })
  first.set(1)
  t.false(first.inDoubt(), 'the first start of all')
})

test('70. at a start, a clock behind what was seen last, or more than a month after it, is in doubt', (t) => {
  for (const [seenAt, wait] of [
    [NOON + 10 * SECOND + 1, HOUR],
    [NOON + 20 * DAY, HOUR],
    [NOON + YEAR, 7 * DAY],
    [NOON - 31 * DAY - 1, 7 * DAY],
    [RELEASED - 10 * YEAR, 7 * DAY],
  ] as const) {
    const { inDoubt, pass } = clocks({ seenAt })
    t.true(inDoubt(), `${seenAt}`)
    pass(wait - 1)
    t.true(inDoubt(), `${seenAt}`)
    pass(1)
    t.false(inDoubt(), `${seenAt}`)
  }
})

test('70. a clock that was put on where it stood when the machine was switched off is right once it is set', (t) => {
  const { inDoubt, set, pass } = clocks({ seenAt: NOON + 600 * SECOND })
  t.true(inDoubt(), 'ten minutes behind what was seen last')
  pass(30 * SECOND)
  set(5 * HOUR)
  t.false(inDoubt(), 'it was off for five hours')
})

test('70. who jumps again waits again', (t) => {
  const { inDoubt, set, pass } = clocks()
  set(HOUR)
  t.true(inDoubt())
  pass(HOUR - 1)
  set(HOUR)
  t.true(inDoubt())
  pass(HOUR - 1)
  t.true(inDoubt())
  pass(1)
  t.false(inDoubt())
})
