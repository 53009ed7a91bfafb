import { DatabaseSync } from 'node:sqlite'
import test, { type ExecutionContext } from 'ava'
import { pino } from 'pino'
import { maintainStore } from '../../../src/app/data/maintain-store.ts'
import { watchLogGrowth } from '../../../src/app/data/watch-log-growth.ts'
import type { Sleep } from '../../../src/app/repeat.ts'
import { StorageError } from '../../../src/files/storage-error.ts'
import type { Store } from '../../../src/store/store.ts'
import { watchClock } from '../../../src/store/watch-clock.ts'
import { code, openStore } from '../../support/keyv-store.ts'

const HOUR = 3_600_000

interface Clocks {
  now?: () => number
  monotonic?: () => number
  settling?: number
  isHeld?: () => boolean
}

/** Maintenance whose pauses the test ends, so that nothing depends on a clock. */
function maintain(
  t: ExecutionContext,
  store: Pick<Store, 'purgeExpired'>,
  { now = () => 0, monotonic = () => 0, settling = 0, isHeld }: Clocks = {},
) {
  const log: string[] = []
  const pauses: number[] = []
  let paused = Promise.withResolvers<void>()
  let resume = () => {}
  const sleep: Sleep = (pause, signal) => {
    pauses.push(pause)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    resume = resolve
    if (signal.aborted) reject()
    signal.addEventListener('abort', reject)
    paused.resolve()
    return promise
  }
  const logger = pino({}, { write: (line) => log.push(line) })
  const clock = watchClock({ now, monotonic, releasedAt: 0 })
  const stop = maintainStore(store as Store, clock, logger, { sleep, settling, isHeld })
  t.teardown(stop)
  return {
    stop,
    log,
    pauses,
    /** Ends the pause, and waits for the next one. @returns how long that is to be. */
    async next(): Promise<number> {
      await paused.promise
      paused = Promise.withResolvers()
      resume()
      await paused.promise
      return pauses.at(-1) ?? Number.NaN
    },
  }
}

test('expired rows go in small batches with short pauses until none is left, then there is a long pause', async (t) => {
  const { store, now, advance } = await openStore(t)
  for (let i = 0; i < 100; i++) await store.put('code', `${i}`, code, now() + 1000)
  await store.put('code', 'live', code, now() + 1001)
  advance(1000)
  const batches: number[] = []
  const watched = {
    async purgeExpired(at: number, limit: number) {
      batches.push(await store.purgeExpired(at, limit))
      return batches.at(-1)!
    },
  }
  const { next, pauses } = maintain(t, watched, { now })
  while ((await next()) < 5000);
  t.deepEqual(batches, [16, 16, 16, 16, 16, 16, 4])
  t.is(pauses.length, 1 + batches.length)
  t.true(pauses.slice(1, -1).every((pause) => pause >= 4 && pause < 5000))
  t.deepEqual((await store.list('code', '', undefined, 200)).entries, [{ id: 'live', value: code }])
  t.is(await store.purgeExpired(now(), 1000), 0)
})

test('the pause is several times as long as the batch took, so that others get their turn on a slow disk', async (t) => {
  const slow = {
    async purgeExpired(_: number, limit: number) {
      const started = performance.now()
      while (performance.now() - started < 5);
      return limit
    },
  }
  const { next } = maintain(t, slow)
  t.true((await next()) >= 15)
})

test('a store that fails is told to the log and left alone for a while, and then it goes on', async (t) => {
  const answers = [16, new StorageError('the disk is full'), 16, 0]
  const failing = {
    async purgeExpired() {
      const answer = answers.shift()
      if (answer instanceof Error) throw answer
      return answer!
    },
  }
  const { next, log } = maintain(t, failing)
  t.true((await next()) < 5000)
  t.is(await next(), 5000)
  t.is(log.length, 1)
  t.like(JSON.parse(log[0]!), { level: 50, msg: 'store failed', detail: 'the disk is full' })
  t.true((await next()) < 5000)
  t.is(await next(), 5000)
  t.is(log.length, 1)
})

/** A store with a row that expires soon and one that expires tomorrow, and two clocks. */
async function settle(t: ExecutionContext) {
  const { store, now, advance } = await openStore(t)
  await store.put('code', 'soon', code, now() + 1000)
  await store.put('code', 'tomorrow', code, now() + 24 * HOUR)
  const begun = now()
  let counted = 0
  const { next } = maintain(t, store, { now, monotonic: () => counted, settling: HOUR })
  return {
    next,
    /** Somebody sets the wall clock. */
    setClock: advance,
    pass(milliseconds: number) {
      counted += milliseconds
      advance(milliseconds)
    },
    /** What is still there, expired or not. */
    async left() {
      const shown = now()
      advance(begun - shown)
      const { entries } = await store.list('code', '', undefined, 9)
      advance(shown - begun)
      return entries.map(({ id }) => id)
    },
  }
}

test('60. what anybody can pile up goes from the start on, also while nobody knows whether the clock is right', async (t) => {
  const { store, now, advance } = await openStore(t)
  const { next } = maintain(t, store, { now, settling: HOUR })
  await store.put('code', 'kept', code, now() + 1000)
  for (let i = 0; i < 40; i++) await store.put('failures', `${i}`, { revision: 1, at: [] }, now() + 1000)
  for (let i = 0; i < 40; i++) await store.put('user-code', `${i}`, { device: 'x' }, now() + 1000)
  advance(1000)
  let pauses = 1
  while ((await next()) < 5000) pauses++
  t.is(pauses, 6, 'sixteen at a time, with short pauses')
  t.is(await store.purgeExpired(now(), 100), 1, 'the code has stayed')
})

test('nothing that anybody would miss is deleted in the first hour, for nobody knows yet whether the clock is right', async (t) => {
  const { next, pass, left } = await settle(t)
  pass(HOUR - 1)
  t.is(await next(), 5000)
  t.deepEqual(await left(), ['soon', 'tomorrow'])
  pass(1)
  await next()
  t.deepEqual(await left(), ['tomorrow'])
})

test('a clock that is years ahead for less than an hour has deleted nothing when it is right again', async (t) => {
  const { next, pass, setClock, left } = await settle(t)
  const year = 365 * 24 * HOUR
  pass(HOUR / 2)
  setClock(year)
  for (let minute = 0; minute < 59; minute++) {
    await next()
    pass(60_000)
  }
  await next()
  setClock(-year)
  await next()
  t.deepEqual(await left(), ['soon', 'tomorrow'])
  pass(HOUR - 1)
  await next()
  t.deepEqual(await left(), ['soon', 'tomorrow'], 'an hour counts from the last jump')
  pass(1)
  await next()
  t.deepEqual(await left(), ['tomorrow'])
})

test('a clock that stays where it was set is believed after an hour, after a week where that is more than a month', async (t) => {
  for (const [days, wait] of [
    [31, HOUR],
    [365, 7 * 24 * HOUR],
  ] as const) {
    const { next, pass, setClock, left } = await settle(t)
    pass(2 * HOUR)
    setClock(days * 24 * HOUR)
    await next()
    pass(wait - 1)
    await next()
    t.deepEqual(await left(), ['soon', 'tomorrow'], `${days}`)
    pass(1)
    await next()
    t.deepEqual(await left(), [], `${days}`)
  }
})

test('ten seconds in either direction are no jump, a moment more is one', async (t) => {
  for (const [milliseconds, jump] of [
    [10_000, false],
    [-10_000, false],
    [10_001, true],
    [-10_001, true],
  ] as const) {
    const { next, pass, setClock, left } = await settle(t)
    pass(2 * HOUR)
    setClock(milliseconds)
    await next()
    t.deepEqual(await left(), jump ? ['soon', 'tomorrow'] : ['tomorrow'], `${milliseconds}`)
  }
})

test('small steps that add up to more than ten seconds are a jump', async (t) => {
  const { next, pass, setClock, left } = await settle(t)
  pass(HOUR - 2)
  for (let step = 0; step < 2; step++) {
    setClock(6000)
    pass(1)
    await next()
  }
  t.deepEqual(await left(), ['soon', 'tomorrow'])
})

test('who stops it waits for the batch that is under way, and no other follows', async (t) => {
  const batch = Promise.withResolvers<number>()
  const begun = Promise.withResolvers<void>()
  let batches = 0
  const store = {
    purgeExpired() {
      batches++
      begun.resolve()
      return batch.promise
    },
  }
  const { stop, next } = maintain(t, store)
  void next()
  await begun.promise
  let stopped = false
  const stopping = stop().then(() => {
    stopped = true
  })
  await new Promise(setImmediate)
  t.false(stopped)
  batch.resolve(16)
  await stopping
  t.is(batches, 1)
})

test('60. while somebody holds the log that grows by what is deleted, a batch goes a minute', async (t) => {
  const held = [true, true, false, false]
  const endless = { purgeExpired: async (_: number, limit: number) => limit }
  const { next } = maintain(t, endless, { isHeld: () => held.shift()! })
  t.is(await next(), 60_000)
  t.is(await next(), 60_000)
  t.true((await next()) < 5000)
})

test('60. a log is held that is long and grows, and no longer when its reader is gone, though it be as long', async (t) => {
  const { file, store } = await openStore(t)
  const grows = watchLogGrowth(file, 1_000_000)
  let written = 0
  // Each another value: what is the same SQLite doesn't write again.
  const write = async (rows: number) => {
    for (let i = 0; i < rows; i++)
      await store.put('code', `${i}`, { ...code, client: `${written++}`.padEnd(4000, 'x') })
  }
  t.false(grows())
  await write(3)
  t.false(grows(), 'it is short')
  const reader = new DatabaseSync(file)
  reader.exec('BEGIN')
  reader.prepare('SELECT count(*) FROM keyv').get()
  await write(300)
  t.true(grows())
  t.false(grows(), 'it did not grow')
  await write(300)
  t.true(grows())
  reader.close()
  // The next commit is still added; then all of it is copied, and the log is begun anew.
  await write(1)
  grows()
  await write(300)
  t.false(grows())
})
