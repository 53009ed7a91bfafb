import type { TestFn } from 'ava'
import type { Entry } from '../../../src/store/store.ts'
import { code, grant } from '../../support/keyv-store.ts'
import type { OpenBackend } from './backend.ts'

const token = (grant: string) => ({ grant, scopes: ['a'], issuedAt: 0, expiresAt: 0 })
const user = (userName: string) => ({ ...code, userName })

/** What only one of many may have: to insert, take, replace or delete a row. */
export function claimContract(test: TestFn, open: OpenBackend): void {
  test('only the first of many inserts of a row succeeds, whichever connection they come from', async (t) => {
    const { store, connect, now } = await open(t)
    const other = await connect()
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        (i % 2 ? store : other).insert('redemption', 'x', { grant: `${i}`, redeemedAt: 0 }, now() + 1000, [
          { kind: 'access', id: `a${i}`, value: token(`${i}`) },
        ]),
      ),
    )
    t.is(results.filter(Boolean).length, 1)
    const winner = results.indexOf(true)
    t.deepEqual(await store.get('redemption', 'x'), { grant: `${winner}`, redeemedAt: 0 })
    const alongside = (await store.list('access', '', undefined, 100)).entries
    t.deepEqual(alongside, [{ id: `a${winner}`, value: token(`${winner}`) }])
  })

  test('an expired row does not stand in the way of an insert', async (t) => {
    const { store, now, advance } = await open(t)
    t.true(await store.insert('code', 'x', code, now() + 1000))
    t.false(await store.insert('code', 'x', code, now() + 1000))
    advance(999)
    t.false(await store.insert('code', 'x', user('bob'), now() + 1000))
    advance(1)
    t.true(await store.insert('code', 'x', user('bob'), now() + 1000))
    t.is((await store.get('code', 'x'))?.userName, 'bob')
  })

  test('of many who insert over an expired row one succeeds', async (t) => {
    const { store, connect, now } = await open(t)
    const other = await connect()
    await store.put('code', 'x', code, now())
    const inserts = Array.from({ length: 10 }, (_, i) =>
      (i % 2 ? store : other).insert('code', 'x', user(`u${i}`), now() + 1000),
    )
    const results = await Promise.all(inserts)
    t.is(results.filter(Boolean).length, 1)
    t.is((await store.get('code', 'x'))?.userName, `u${results.indexOf(true)}`)
  })

  test('what goes alongside an insert is put over what is there, with expiries of its own, or not at all', async (t) => {
    const { store, now, advance } = await open(t)
    await store.put('refresh', 'old', token('before'))
    const alongside: Entry[] = [
      { kind: 'refresh', id: 'old', value: token('after'), expiresAt: now() + 1000 },
      { kind: 'access', id: 'new', value: token('after') },
    ]
    t.true(await store.insert('code', 'x', code, now() + 500, alongside))
    const again: Entry[] = [{ kind: 'access', id: 'new', value: token('again') }]
    t.false(await store.insert('code', 'x', code, now() + 500, again))
    t.deepEqual(await store.get('refresh', 'old'), token('after'))
    advance(999)
    t.truthy(await store.get('refresh', 'old'))
    advance(1)
    t.is(await store.get('refresh', 'old'), undefined)
    t.deepEqual(await store.get('access', 'new'), token('after'))
  })

  test('only one of many takers gets the row, whichever connection they come from', async (t) => {
    const { store, connect } = await open(t)
    const other = await connect()
    await store.put('code', 'x', code)
    const taken = await Promise.all(Array.from({ length: 8 }, (_, i) => (i % 2 ? store : other).take('code', 'x')))
    t.deepEqual(taken.filter(Boolean), [code])
    t.is(await store.get('code', 'x'), undefined)
  })

  test('only one of many who delete a row has deleted it', async (t) => {
    const { store, connect } = await open(t)
    const other = await connect()
    await store.put('code', 'x', code)
    const deleted = await Promise.all(Array.from({ length: 8 }, (_, i) => (i % 2 ? store : other).delete('code', 'x')))
    t.is(deleted.filter(Boolean).length, 1)
  })

  test('a replacement is made only over the revision that was read, and never brings a deleted row back', async (t) => {
    const { store, now, advance } = await open(t)
    await store.put('grant', 'u1.x', grant(1), now() + 1000)
    t.true(await store.replace('grant', 'u1.x', 1, grant(2), now() + 5000))
    t.false(await store.replace('grant', 'u1.x', 1, grant(3), now() + 5000))
    t.is((await store.get('grant', 'u1.x'))?.revision, 2)
    advance(1000)
    t.is((await store.get('grant', 'u1.x'))?.revision, 2)
    t.true(await store.delete('grant', 'u1.x'))
    t.false(await store.delete('grant', 'u1.x'))
    t.false(await store.replace('grant', 'u1.x', 2, grant(3)))
    t.is(await store.get('grant', 'u1.x'), undefined)
  })

  test('of many who replace the same revision one succeeds, whichever connection they come from', async (t) => {
    const { store, connect } = await open(t)
    const other = await connect()
    await store.put('grant', 'u1.x', grant(1))
    const results = await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        (i % 2 ? store : other).replace('grant', 'u1.x', 1, { ...grant(2), client: `c${i}` }),
      ),
    )
    t.is(results.filter(Boolean).length, 1)
    t.is((await store.get('grant', 'u1.x'))?.client, `c${results.indexOf(true)}`)
  })

  test('what goes alongside a replacement is written with it or not at all', async (t) => {
    const { store, now } = await open(t)
    const entries = (of: string): Entry[] => [
      { kind: 'access', id: 'new', value: token(of), expiresAt: now() + 1000 },
      { kind: 'refresh', id: 'old', value: token(of), expiresAt: now() + 1000 },
    ]
    await store.put('grant', 'u1.x', grant(1), now() + 1000)
    await store.put('refresh', 'old', token('before'), now() + 1000)
    t.true(await store.replace('grant', 'u1.x', 1, grant(2), now() + 1000, entries('first')))
    t.false(await store.replace('grant', 'u1.x', 1, grant(3), now() + 1000, entries('second')))
    t.deepEqual(await store.get('access', 'new'), token('first'))
    t.deepEqual(await store.get('refresh', 'old'), token('first'))
    t.is((await store.get('grant', 'u1.x'))?.revision, 2)
    await store.delete('grant', 'u1.x')
    t.false(await store.replace('grant', 'u1.x', 2, grant(3), now() + 1000, entries('third')))
    t.deepEqual(await store.get('access', 'new'), token('first'))
  })
}
