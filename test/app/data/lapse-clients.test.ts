import { once } from 'node:events'
import test from 'ava'
import { lapseClients } from '../../../src/app/data/lapse-clients.ts'
import { StorageError } from '../../../src/files/storage-error.ts'
import type { Store } from '../../../src/store/store.ts'
import type { Logger } from '../../../src/telemetry/log.ts'
import { clientRecord } from '../../support/client-record.ts'
import { openStores } from '../../support/grants.ts'

const UNUSED = clientRecord({ openly: true, approved: true })

/** Looks twice, then sleeps until it is stopped. @returns how long it slept before each. */
async function lookTwice(store: Store, now: () => number, doubt: boolean) {
  const errors: string[] = []
  const log = { error: ({ detail }: { detail: string }) => errors.push(detail) } as unknown as Logger
  const slept: number[] = []
  const { promise, resolve } = Promise.withResolvers<void>()
  const clock = { now, doubt: () => (doubt ? ({} as never) : undefined) }
  const stop = lapseClients({ store, clock, log }, async (milliseconds, signal) => {
    slept.push(milliseconds)
    if (slept.length <= 2) return
    resolve()
    await once(signal, 'abort')
    throw new Error('stopped')
  })
  await promise
  await stop()
  return { slept, errors }
}

test('each hour what nobody uses any more gets its end, and a store that fails is tried again', async (t) => {
  const { store, now } = await openStores(t)
  await store.put('client', 'app', UNUSED)
  const failing = Object.create(store, { list: { value: () => Promise.reject(new StorageError('full')) } }) as Store
  t.deepEqual((await lookTwice(failing, now, false)).errors, ['full', 'full'])
  t.is((await store.get('client', 'app'))?.expiresAt, undefined)
  const { slept, errors } = await lookTwice(store, now, false)
  t.deepEqual([slept, errors], [[3_600_000, 3_600_000, 3_600_000], []])
  t.truthy((await store.get('client', 'app'))?.expiresAt)
})

test('while the clock may be wrong nothing is dated', async (t) => {
  const { store, now } = await openStores(t)
  await store.put('client', 'app', UNUSED)
  await lookTwice(store, now, true)
  t.is((await store.get('client', 'app'))?.expiresAt, undefined)
})
