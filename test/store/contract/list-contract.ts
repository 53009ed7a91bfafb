import type { TestFn } from 'ava'
import { everyRow } from '../../../src/store/every-row.ts'
import { code, grant } from '../../support/keyv-store.ts'
import type { OpenBackend } from './backend.ts'

const token = (grant: string) => ({ grant, scopes: ['a'], issuedAt: 0, expiresAt: 0 })

/** Lists, and what is purged. */
export function listContract(test: TestFn, open: OpenBackend): void {
  test('a list has the rows of its kind and prefix in order, a page at a time', async (t) => {
    const { store } = await open(t)
    for (const id of ['u1.c', 'u1.a', 'u2.a', 'u1.b', 'u10.a']) await store.put('grant', id, grant(1))
    await store.put('access', 'u1.x', token('g'))
    const first = await store.list('grant', 'u1.', undefined, 2)
    t.deepEqual(
      first.entries.map(({ id }) => id),
      ['u1.a', 'u1.b'],
    )
    const last = await store.list('grant', 'u1.', first.cursor, 2)
    t.deepEqual(last.entries, [{ id: 'u1.c', value: grant(1) }])
    t.is(last.cursor, undefined)
  })

  test('a page that is just full has no cursor, and no character of a prefix stands for another one', async (t) => {
    const { store } = await open(t)
    for (const id of ['a%', 'a_b', 'a', 'aXb', 'b', 'A']) await store.put('grant', id, grant(1))
    const ids = async (prefix: string, limit = 10) => {
      const { entries, cursor } = await store.list('grant', prefix, undefined, limit)
      return [entries.map(({ id }) => id), cursor]
    }
    t.deepEqual(await ids('a_'), [['a_b'], undefined])
    t.deepEqual(await ids('a%'), [['a%'], undefined])
    t.deepEqual(await ids('', 6), [['A', 'a', 'a%', 'aXb', 'a_b', 'b'], undefined])
    t.deepEqual(await ids('', 5), [['A', 'a', 'a%', 'aXb', 'a_b'], 'a_b'])
  })

  test('a list goes on where it was, though the row of its cursor is gone and others have come', async (t) => {
    const { store } = await open(t)
    for (const id of ['b', 'd', 'f']) await store.put('grant', id, grant(1))
    const { cursor } = await store.list('grant', '', undefined, 2)
    await store.delete('grant', 'd')
    for (const id of ['a', 'e']) await store.put('grant', id, grant(1))
    const { entries } = await store.list('grant', '', cursor, 10)
    t.deepEqual(
      entries.map(({ id }) => id),
      ['e', 'f'],
    )
  })

  test('every row of a kind is found, however many pages there are', async (t) => {
    const { store } = await open(t)
    const ids = Array.from({ length: 201 }, (_, i) => `u1.${1000 + i}`)
    const [first, ...others] = ids.map((id) => ({ kind: 'grant', id, value: grant(1) }) as const)
    await store.insert('grant', first!.id, first!.value, undefined, others)
    const found: string[] = []
    for await (const { id } of everyRow(store, 'grant', 'u1.')) found.push(id)
    t.deepEqual(found, ids)
  })

  test('purging deletes expired rows only, and no more than it is told to', async (t) => {
    const { store, now } = await open(t)
    for (const id of ['a', 'b', 'c']) await store.put('code', id, code, now() + 1000)
    await store.put('code', 'later', code, now() + 1001)
    await store.put('code', 'never', code)
    t.is(await store.purgeExpired(now() + 999, 10), 0)
    t.is(await store.purgeExpired(now() + 1000, 2), 2)
    t.is(await store.purgeExpired(now() + 1000, 10), 1)
    t.truthy(await store.get('code', 'later'))
    t.truthy(await store.get('code', 'never'))
  })

  test('purging can be kept to some kinds, of which those go that expired last', async (t) => {
    const { store, now } = await open(t)
    for (let i = 0; i < 20; i++) await store.put('code', `${i}`, code, now() + 1000 + i)
    await store.put('device-user' as 'code', 'of a longer name', code, now() + 1000)
    await store.put('user-code', 'first', { device: 'x' }, now() + 1000)
    await store.put('user-code', 'last', { device: 'x' }, now() + 1010)
    await store.put('user-code', 'later', { device: 'x' }, now() + 1021)
    t.is(await store.purgeExpired(now() + 1020, 1, ['user-code', 'device']), 1)
    t.is(await store.purgeExpired(now() + 1020, 10, ['user-code', 'device']), 1)
    t.is(await store.purgeExpired(now() + 1020, 10, ['user-code', 'device']), 0)
    t.truthy(await store.get('user-code', 'later'))
    t.is(await store.purgeExpired(now() + 1020, 100), 21)
  })
}
