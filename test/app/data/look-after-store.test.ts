import test, { type ExecutionContext } from 'ava'
import { pino } from 'pino'
import { lookAfterStore } from '../../../src/app/data/look-after-store.ts'
import type { Sleep } from '../../../src/app/repeat.ts'
import { StorageError } from '../../../src/files/storage-error.ts'

/** A store whose looks go so, one after the other: what it says, or throws. */
function lookAfter(t: ExecutionContext, looks: (string | undefined | Error)[]) {
  const log: string[] = []
  const ended = Promise.withResolvers<void>()
  const sleep: Sleep = async (milliseconds, signal) => {
    t.is(milliseconds, 5000)
    if (looks.length > 0) return
    ended.resolve()
    await new Promise((_, reject) => signal.addEventListener('abort', reject))
  }
  const store = {
    maintain() {
      const look = looks.shift()
      if (look instanceof Error) throw look
      return look
    },
  }
  const write = (line: string) => {
    const { level, msg, detail } = JSON.parse(line)
    log.push(`${level} ${msg}${detail ? `: ${detail}` : ''}`)
  }
  const stop = lookAfterStore(store, pino({}, { write }), sleep)
  return { log, stop, ended: ended.promise }
}

test('69. what somebody should look at is told once, and that it is over', async (t) => {
  const { log, stop, ended } = lookAfter(t, [undefined, 'a log of 20 MB', 'a log of 20 MB', undefined, undefined])
  await ended
  t.deepEqual(log, ['40 look after the database: a log of 20 MB', '30 the database is well again'])
  await stop()
})

test('66. that the database is gone is told at once, and again only when there is something new', async (t) => {
  const gone = new StorageError('gone')
  const { log, stop, ended } = lookAfter(t, [gone, gone, new StorageError('gone, and saved'), gone, undefined])
  await ended
  t.deepEqual(log, [
    '50 store failed: gone',
    '50 store failed: gone, and saved',
    '50 store failed: gone',
    '30 the database is well again',
  ])
  await stop()
})

test('stopped, it looks no more', async (t) => {
  const { log, stop, ended } = lookAfter(t, [])
  await ended
  await stop()
  t.deepEqual(log, [])
})
