import { chmodSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test from 'ava'
import { openKeyvStore } from '../../src/store/keyv-store.ts'
import { temporaryFolder, testEnvironment } from '../support/environment.ts'
import { code, openStore } from '../support/keyv-store.ts'
import { storeContract } from './store-contract.ts'

storeContract(test, async (t) => {
  const { file, ...opened } = await openStore(t)
  return {
    ...opened,
    async connect() {
      const other = await openKeyvStore(file, opened.now)
      t.teardown(() => other.close())
      return other
    },
    fail() {
      const saboteur = new DatabaseSync(file)
      t.teardown(() => saboteur.isOpen && saboteur.close())
      saboteur.exec('ALTER TABLE keyv RENAME TO hidden')
      return () => {
        saboteur.exec('ALTER TABLE hidden RENAME TO keyv')
        saboteur.close()
      }
    },
  }
})

test('what was put is there after the database was closed and opened again', async (t) => {
  const { store, file, now } = await openStore(t)
  await store.put('code', 'x', { ...code, redirectUri: ':odd' })
  const other = await openKeyvStore(file, now)
  t.deepEqual(await other.get('code', 'x'), { ...code, redirectUri: ':odd' })
  await other.close()
  await store.close()
  const again = await openKeyvStore(file, now)
  t.deepEqual(await again.get('code', 'x'), { ...code, redirectUri: ':odd' })
  await again.close()
})

test('the database and its folder are for their owner only', async (t) => {
  const { file } = await openStore(t)
  t.is(statSync(file).mode & 0o777, 0o600)
  t.is(statSync(join(file, '..')).mode & 0o777, 0o700)
})

test('a database that others may read, as one from a backup, is made readable by its owner only', async (t) => {
  const { store, file, now } = await openStore(t)
  await store.close()
  chmodSync(file, 0o644)
  const again = await openKeyvStore(file, now)
  t.is(statSync(file).mode & 0o777, 0o600)
  await again.close()
})

test('several that make the database at the same moment share one', async (t) => {
  const file = join(temporaryFolder(t), 'data', 'skillgate.db')
  const { now } = testEnvironment()
  const stores = await Promise.all(Array.from({ length: 4 }, () => openKeyvStore(file, now)))
  await stores[0]!.put('code', 'x', code)
  for (const store of stores) {
    t.deepEqual(await store.get('code', 'x'), code)
    await store.close()
  }
})
