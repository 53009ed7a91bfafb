import test, { type ExecutionContext } from 'ava'
import { pino } from 'pino'
import { maintainStore } from '../../src/gateway/maintain-store.ts'
import { StorageError, type Store } from '../../src/store/store.ts'
import { code, openStore } from '../support/keyv-store.ts'

/** Maintenance whose pauses the test ends, so that nothing depends on a clock. */
function maintain(t: ExecutionContext, store: Pick<Store, 'purgeExpired'>, now = () => 0) {
  const log: string[] = []
  const pauses: number[] = []
  let paused = Promise.withResolvers<void>()
  let resume = () => {}
  const stop = maintainStore(store as Store, now, pino({}, { write: (line) => log.push(line) }), (pause, signal) => {
    pauses.push(pause)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    resume = resolve
    if (signal.aborted) reject()
    signal.addEventListener('abort', reject)
    paused.resolve()
    return promise
  })
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
  const { next, pauses } = maintain(t, watched, now)
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

test('each batch goes by the time that the clock shows then, wherever it was moved', async (t) => {
  const { store, now, advance } = await openStore(t)
  await store.put('code', 'soon', code, now() + 1000)
  await store.put('code', 'late', code, now() + 86_400_000)
  const { next } = maintain(t, store, now)
  const ids = async () => (await store.list('code', '', undefined, 9)).entries.map(({ id }) => id)
  advance(-now())
  await next()
  t.deepEqual(await ids(), ['late', 'soon'])
  advance(Date.now() + 1000)
  await next()
  advance(-1000)
  t.deepEqual(await ids(), ['late'])
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
