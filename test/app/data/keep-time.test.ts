import test, { type ExecutionContext } from 'ava'
import { pino } from 'pino'
import { keepTime } from '../../../src/app/data/keep-time.ts'
import { StorageError } from '../../../src/files/storage-error.ts'
import type { ClockRecord } from '../../../src/store/records.ts'
import type { Store } from '../../../src/store/store.ts'
import { watchClock } from '../../../src/store/watch-clock.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const START = Date.UTC(2027, 0, 1)

/** Time that the test lets pass: a look at the clock a minute. */
function keep(t: ExecutionContext, { failing = false } = {}) {
  let wall = START
  let counted = 0
  const seen: number[] = []
  const log: { msg: string; detail?: string }[] = []
  let redated = 0
  let paused = Promise.withResolvers<void>()
  let resume = () => {}
  const store = {
    async put(kind: string, id: string, { seenAt }: ClockRecord) {
      if (failing || `${kind} ${id}` !== 'clock seen') throw new StorageError('disk full')
      seen.push(seenAt - START)
    },
  } as Pick<Store, 'put'>
  const stop = keepTime({
    store,
    clock: watchClock({ now: () => wall, monotonic: () => counted, releasedAt: 0 }),
    log: pino({}, { write: (line) => log.push(JSON.parse(line)) }),
    async redate() {
      redated++
      return redated === 2 ? 3 : 0
    },
    sleep(_, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      resume = resolve
      if (signal.aborted) reject()
      signal.addEventListener('abort', reject)
      paused.resolve()
      return promise
    },
  })
  t.teardown(stop)
  return {
    stop,
    seen,
    log,
    redated: () => redated,
    setClock(milliseconds: number) {
      wall += milliseconds
    },
    async minutes(count: number) {
      for (let minute = 0; minute < count; minute++) {
        await paused.promise
        wall += MINUTE
        counted += MINUTE
        paused = Promise.withResolvers()
        resume()
        await paused.promise
      }
    },
  }
}

test('70. every ten minutes it is written down what the clock shows, and in the end, but not while it is in doubt', async (t) => {
  const { seen, minutes, setClock, stop } = keep(t)
  await minutes(21)
  t.deepEqual(
    seen,
    [1, 11, 21].map((minute) => minute * MINUTE),
  )
  setClock(HOUR)
  await minutes(59)
  t.is(seen.length, 3)
  setClock(-HOUR)
  await minutes(10)
  t.is(seen.at(-1), 90 * MINUTE)
  await minutes(1)
  await stop()
  t.is(seen.at(-1), 91 * MINUTE)

  const doubtful = keep(t)
  doubtful.setClock(HOUR)
  await doubtful.stop()
  t.deepEqual(doubtful.seen, [])
})

test('70. it is told once that the clock is in doubt, and once that it is believed again', async (t) => {
  const { log, minutes, setClock } = keep(t)
  await minutes(2)
  setClock(HOUR)
  await minutes(59)
  t.is(log.length, 1)
  t.like(log[0], { msg: 'clock in doubt' })
  t.regex(log[0]?.detail ?? '', /3600 s after what was to be expected\. Check the clock of this machine\.$/)
  await minutes(2)
  t.is(log.length, 2)
  t.like(log[1], { msg: 'clock believed again' })
})

test('70. what was dated wrongly is dated anew once, an hour after the start, and an hour after each jump', async (t) => {
  const { redated, log, minutes, setClock } = keep(t)
  await minutes(59)
  t.is(redated(), 0)
  await minutes(61)
  t.is(redated(), 1)
  setClock(1000 * HOUR)
  await minutes(1)
  setClock(-1000 * HOUR)
  await minutes(60)
  t.is(redated(), 1)
  await minutes(60)
  t.is(redated(), 2)
  t.like(log.at(-1), { msg: 'clock corrected', detail: '3 rows were dated by a clock that was ahead' })
})

test('a store that fails ends nothing: it is tried again', async (t) => {
  const { minutes, stop, seen } = keep(t, { failing: true })
  await minutes(12)
  await stop()
  t.deepEqual(seen, [])
})
