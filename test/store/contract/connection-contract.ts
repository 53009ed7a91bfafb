import type { TestFn } from 'ava'
import { StorageError } from '../../../src/files/storage-error.ts'
import { code, grant } from '../../support/keyv-store.ts'
import type { OpenBackend } from './backend.ts'

/** Other connections, and a backend that fails. */
export function connectionContract(test: TestFn, open: OpenBackend): void {
  test('a change by another process is noticed, one of our own is not taken for it', async (t) => {
    const { store, connect } = await open(t)
    const other = await connect()
    const before = store.changesByOthers()
    await store.put('code', 'x', code)
    t.is(store.changesByOthers(), before)
    await other.get('code', 'x')
    t.is(store.changesByOthers(), before)
    await other.delete('code', 'x')
    t.not(store.changesByOthers(), before)
  })

  test('what one connection has written the other one reads', async (t) => {
    const { store, connect } = await open(t)
    const other = await connect()
    await store.put('code', 'x', code)
    t.deepEqual(await other.get('code', 'x'), code)
    t.true(await other.delete('code', 'x'))
    t.is(await store.get('code', 'x'), undefined)
  })

  test('every call rejects with a StorageError while the backend fails, and works again when it does not', async (t) => {
    const { store, fail, now } = await open(t)
    await store.put('code', 'x', code)
    t.true(store.healthy())
    const repair = fail()
    const calls = {
      insert: () => store.insert('code', 'y', code),
      get: () => store.get('code', 'x'),
      put: () => store.put('code', 'x', code),
      take: () => store.take('code', 'x'),
      replace: () => store.replace('grant', 'x', 1, grant(2)),
      delete: () => store.delete('code', 'x'),
      list: () => store.list('code', '', undefined, 10),
      purgeExpired: () => store.purgeExpired(now(), 10),
    }
    for (const [name, call] of Object.entries(calls)) {
      await t.throwsAsync<Error>(call as () => Promise<unknown>, { instanceOf: StorageError }, name)
      t.false(store.healthy(), name)
    }
    repair()
    t.deepEqual(await store.get('code', 'x'), code)
    t.true(store.healthy())
    t.is(await store.get('code', 'y'), undefined)
  })

  test('asking for changes by others does not make a failing store look healthy', async (t) => {
    const { store, fail } = await open(t)
    const repair = fail()
    await t.throwsAsync(store.get('code', 'x'))
    store.changesByOthers()
    t.false(store.healthy())
    repair()
  })
}
