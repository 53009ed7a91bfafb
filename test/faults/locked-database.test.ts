import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { StorageError } from '../../src/files/storage-error.ts'
import { openKeyvStore } from '../../src/store/keyv-store.ts'
import { startTestHouse } from '../support/gateway.ts'
import { code, openStore } from '../support/keyv-store.ts'
import { approve, callApi, exchange, link, refresh } from '../support/linking.ts'

/** Locks the database from another connection, so that nobody else can write. @returns what unlocks it. */
function lock(t: ExecutionContext, file: string): () => void {
  const holder = new DatabaseSync(file)
  holder.exec('BEGIN EXCLUSIVE')
  const unlock = () => holder.isOpen && holder.close()
  t.teardown(unlock)
  return unlock
}

/** Asks for everything that has to be written, and for something that hasn't, at once. */
async function askAll(t: ExecutionContext, house: Parameters<typeof link>[0], code: string | null, tokens: Tokens) {
  const started = performance.now()
  const answers = await Promise.all([exchange(house, code), refresh(house, tokens.refresh)])
  const seconds = (performance.now() - started) / 1000
  t.true(seconds < 4.5, `answered after ${seconds} s`)
  t.is((await callApi(house, tokens.access)).status, 200, 'what is only read goes on')
  return answers
}

type Tokens = { access: string; refresh: string }

test('a database that is locked for half a second makes a client wait, and nothing else', async (t) => {
  const house = await startTestHouse(t)
  const tokens = await link(house)
  const code = (await approve(house)).get('code')
  const unlock = lock(t, join(house.folder, 'data', 'skillgate.db'))
  const asked = askAll(t, house, code, tokens)
  t.is(await Promise.race([asked, sleep(500, 'nobody was answered')]), 'nobody was answered')
  unlock()
  for (const { status, json } of await asked) {
    t.is(status, 200)
    t.is((await callApi(house, String(json.access_token))).status, 200)
  }
})

test('a database that is locked for four seconds is answered 503 in time for Alexa, and no code or token is lost', async (t) => {
  const house = await startTestHouse(t)
  const tokens = await link(house)
  const code = (await approve(house)).get('code')
  const unlock = lock(t, join(house.folder, 'data', 'skillgate.db'))
  const over = sleep(4000, 'over')
  do {
    for (const { status, json, headers } of await askAll(t, house, code, tokens)) {
      t.deepEqual([status, json.error], [503, 'store_unavailable'])
      t.is(headers['retry-after'], '5')
    }
  } while ((await Promise.race([over, sleep(0)])) !== 'over')
  unlock()
  for (const { status } of await askAll(t, house, code, tokens)) t.is(status, 200)
})

test('however long it is locked, every call fails in time and reading goes on; then it works again', async (t) => {
  const { file, now } = await openStore(t)
  // Fifteen times its timeout, as 30 s are of the real one.
  const lockTimeoutMs = 100
  const store = await openKeyvStore(file, now, { lockTimeoutMs })
  await store.put('code', 'x', code)
  const unlock = lock(t, file)
  for (let time = 0; time < 15; time++) {
    const started = performance.now()
    const calls = [
      store.insert('code', 'y', code),
      store.put('code', 'x', code),
      store.take('code', 'x'),
      store.delete('code', 'x'),
      store.purgeExpired(now(), 10),
    ]
    for (const { status, reason } of (await Promise.allSettled(calls)) as PromiseRejectedResult[]) {
      t.is(status, 'rejected')
      t.true(reason instanceof StorageError)
    }
    t.true(performance.now() - started >= lockTimeoutMs)
    // Not for ever, however busy the machine is.
    t.true(performance.now() - started < 30_000)
    t.deepEqual(await store.get('code', 'x'), code)
  }
  unlock()
  t.true(await store.insert('code', 'y', code))
  t.deepEqual(await store.take('code', 'x'), code)
  await store.close()
})
