import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { StorageError } from '../../../src/files/storage-error.ts'
import { openKeyvStore } from '../../../src/store/keyv-store.ts'
import type { Store } from '../../../src/store/store.ts'
import { temporaryFolder } from '../../support/environment.ts'
import { code, openStore } from '../../support/keyv-store.ts'

const GONE = { instanceOf: StorageError, message: /is gone, and there was one/ }
const now = () => 0

/** A folder in which there was a database, and a file beside it is left. */
function lostBeside(t: ExecutionContext, left: string): { file: string; folder: string } {
  const folder = temporaryFolder(t)
  writeFileSync(join(folder, left), 'something')
  return { file: join(folder, 'skillgate.db'), folder }
}

test('66. where its log, a copy of it, or a file that comes later is left, a missing database is never a new one', async (t) => {
  const lefts = ['skillgate.db-wal', 'skillgate.db.v1-backup', 'skillgate.db.rescued', 'skillgate.db.rescued-2']
  for (const left of [...lefts, 'skillgate.key', 'audit.jsonl']) {
    const { file, folder } = lostBeside(t, left)
    const besides = ['skillgate.key', 'audit.jsonl'].map((name) => join(folder, name))
    const { message } = (await t.throwsAsync(openKeyvStore(file, now, { besides }), GONE))!
    t.true(message.includes(join(folder, left)), message)
    t.regex(message, /Put back .*To begin anew on purpose, .*npx skillgate start --new-database$/)
    t.deepEqual(readdirSync(folder), [left])
  }
})

test('66. a file of somebody else’s beside it is no sign, and a first start makes a database', async (t) => {
  for (const left of ['notes.txt', 'skillgate.db.part', 'skillgate.db.1234', 'skillgate.db-walnut']) {
    const { file } = lostBeside(t, left)
    await (await openKeyvStore(file, now, { besides: [join(dirname(file), 'skillgate.key')] })).close()
    t.true(existsSync(file))
  }
})

test('66. begun anew on purpose, the log of the lost one is set aside and never read', async (t) => {
  const folder = temporaryFolder(t)
  const [file, other] = [join(folder, 'skillgate.db'), join(folder, 'other.db')]
  const lost = await openKeyvStore(other, now)
  await lost.put('code', 'x', code)
  copyFileSync(`${other}-wal`, `${file}-wal`)
  await lost.close()
  const store = await openKeyvStore(file, now, { anew: true })
  t.is(await store.get('code', 'x'), undefined)
  await store.close()
  t.true(existsSync(`${file}.lost-wal`))
  t.true(statSync(`${file}.lost-wal`).size > 0)
})

test('66. "anew" changes nothing where there is a database', async (t) => {
  const { store, file } = await openStore(t)
  await store.put('code', 'x', code)
  await store.close()
  const again = await openKeyvStore(file, now, { anew: true })
  t.deepEqual(await again.get('code', 'x'), code)
  await again.close()
})

/** Every kind of call, each of which has to be refused. */
async function refusesAll(t: ExecutionContext, store: Store, message: RegExp): Promise<void> {
  const calls = [
    () => store.get('code', 'x'),
    () => store.put('code', 'y', code),
    () => store.insert('code', 'z', code),
    () => store.take('code', 'x'),
    () => store.delete('code', 'x'),
    () => store.list('code', '', undefined, 10),
    () => store.purgeExpired(1, 1),
    async () => store.changesByOthers(),
  ]
  for (const call of calls) await t.throwsAsync(call as () => Promise<unknown>, { instanceOf: StorageError, message })
  t.false(store.healthy())
}

for (const end of ['', '-wal', '-shm']) {
  test(`66. when skillgate.db${end} is deleted while it is in use every call is refused, and what was in it is saved`, async (t) => {
    const { store, file } = await openStore(t)
    await store.put('code', 'x', code)
    rmSync(`${file}${end}`)
    await refusesAll(t, store, /was deleted or moved away while it was in use/)
    t.throws(() => store.maintain(), { instanceOf: StorageError, message: /saved as \S+\.rescued\. Stop Skillgate/ })
    await refusesAll(t, store, /saved as \S+\.rescued\. Stop Skillgate, .* mv \S+\.rescued /)
    await store.close()
    const copy = await openKeyvStore(`${file}.rescued`, now)
    t.deepEqual(await copy.get('code', 'x'), code)
    t.is(await copy.get('code', 'y'), undefined)
    await copy.close()
    t.is(statSync(`${file}.rescued`).mode & 0o777, 0o600)
  })

  test(`66. when skillgate.db${end} is replaced while it is in use every call is refused`, async (t) => {
    const { store, file } = await openStore(t)
    await store.put('code', 'x', code)
    copyFileSync(`${file}${end}`, `${file}.copy`)
    renameSync(`${file}.copy`, `${file}${end}`)
    await refusesAll(t, store, /was replaced while it was in use/)
  })
}

test('66. a database that comes back as it was is used again, and health says so', async (t) => {
  const { store, file } = await openStore(t)
  await store.put('code', 'x', code)
  renameSync(file, `${file}.away`)
  await refusesAll(t, store, /was deleted or moved away/)
  renameSync(`${file}.away`, file)
  t.is(store.maintain(), undefined)
  t.true(store.healthy())
  t.deepEqual(await store.get('code', 'x'), code)
})

test('66. what cannot be saved yet is tried again, and nobody is told to stop before', async (t) => {
  const { store, file } = await openStore(t)
  await store.put('code', 'x', code)
  rmSync(file)
  // A folder of that name, which is not empty: no draft can be written in its place.
  mkdirSync(join(`${file}.rescued.part`, 'full'), { recursive: true })
  t.throws(() => store.maintain(), {
    instanceOf: StorageError,
    message: /can't be saved: .*don't stop Skillgate before/,
  })
  rmSync(`${file}.rescued.part`, { recursive: true })
  t.throws(() => store.maintain(), { instanceOf: StorageError, message: /saved as/ })
  t.true(existsSync(`${file}.rescued`))
})

test('66. what was lost is saved also when the gateway stops before anybody looked', async (t) => {
  const { store, file } = await openStore(t)
  await store.put('code', 'x', code)
  rmSync(file)
  await store.close()
  t.true(existsSync(`${file}.rescued`))
})
