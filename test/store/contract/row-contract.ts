import type { TestFn } from 'ava'
import type { ClientRecord } from '../../../src/store/records.ts'
import { code, grant } from '../../support/keyv-store.ts'
import type { OpenBackend } from './backend.ts'

const token = (grant: string) => ({ grant, scopes: ['a'], issuedAt: 0, expiresAt: 0 })
const user = (userName: string) => ({ ...code, userName })
const client: ClientRecord = {
  name: 'An app',
  public: true,
  redirectUris: [],
  scopes: [],
  grantTypes: [],
  authMethods: [],
  createdAt: 0,
}

/** What is put, got and deleted, and when it expires. */
export function rowContract(test: TestFn, open: OpenBackend): void {
  test('what was put comes back as it was, and what was put over it after that', async (t) => {
    const { store } = await open(t)
    const odd = { ...code, redirectUri: ':odd', scopes: [], userName: `"ä'\u{1f600}\n%_` }
    await store.put('code', 'x', odd)
    t.deepEqual(await store.get('code', 'x'), odd)
    await store.put('code', 'x', code)
    t.deepEqual(await store.get('code', 'x'), code)
  })

  test('what is absent is undefined, or false, and no error', async (t) => {
    const { store } = await open(t)
    t.is(await store.get('code', 'x'), undefined)
    t.is(await store.take('code', 'x'), undefined)
    t.false(await store.delete('code', 'x'))
    t.false(await store.replace('grant', 'x', 1, grant(2)))
    t.is(await store.get('grant', 'x'), undefined)
    t.deepEqual((await store.list('code', '', undefined, 10)).entries, [])
  })

  test('rows of two kinds have nothing to do with each other, whatever their ids', async (t) => {
    const { store } = await open(t)
    await store.put('access', 'x', token('a'))
    await store.put('refresh', 'x', token('r'))
    await store.put('client', 'secret:x', client)
    await store.put('client-secret', 'x', { revision: 1, hash: 'h', earlier: [] })
    t.deepEqual(await store.get('access', 'x'), token('a'))
    t.deepEqual(
      (await store.list('client', '', undefined, 10)).entries.map(({ id }) => id),
      ['secret:x'],
    )
    t.true(await store.delete('access', 'x'))
    t.deepEqual(await store.get('refresh', 'x'), token('r'))
  })

  test('a row is there until it expires and not from then on', async (t) => {
    const { store, now, advance } = await open(t)
    await store.put('code', 'x', code, now() + 1000)
    advance(999)
    t.deepEqual(await store.get('code', 'x'), code)
    t.is((await store.list('code', '', undefined, 10)).entries.length, 1)
    advance(1)
    t.is(await store.get('code', 'x'), undefined)
    t.is((await store.list('code', '', undefined, 10)).entries.length, 0)
    t.is(await store.take('code', 'x'), undefined)
  })

  test('a row can be taken and replaced until it expires, and not from then on', async (t) => {
    const { store, now, advance } = await open(t)
    for (const id of ['a', 'b']) {
      await store.put('code', id, code, now() + 1000)
      await store.put('grant', id, grant(1), now() + 1000)
    }
    advance(999)
    t.deepEqual(await store.take('code', 'a'), code)
    t.true(await store.replace('grant', 'a', 1, grant(2), now() + 1))
    advance(1)
    t.is(await store.take('code', 'b'), undefined)
    t.false(await store.replace('grant', 'b', 1, grant(2), now() + 1000))
    t.is(await store.get('grant', 'b'), undefined)
    t.is(await store.get('grant', 'a'), undefined, 'a replacement has an expiry of its own')
  })

  test('what has no expiry never expires, also when it had one before', async (t) => {
    const { store, now, advance } = await open(t)
    await store.put('code', 'never', code)
    await store.put('code', 'put', code, now() + 1000)
    await store.put('code', 'put', code)
    await store.put('grant', 'replaced', grant(1), now() + 1000)
    t.true(await store.replace('grant', 'replaced', 1, grant(2)))
    advance(100 * 365 * 86_400_000)
    t.truthy(await store.get('code', 'never'))
    t.truthy(await store.get('code', 'put'))
    t.truthy(await store.get('grant', 'replaced'))
  })

  test('reading an expired row deletes nothing, so not what another connection puts there at the same moment', async (t) => {
    const { store, connect, now } = await open(t)
    const other = await connect()
    const read = () => store.get('code', 'x')
    const insert = () => other.insert('code', 'x', user('bob'), now() + 60_000)
    for (const calls of [
      [read, insert],
      [insert, read],
    ]) {
      await store.put('code', 'x', code, now() - 1000)
      await Promise.all(calls.map((call) => call()))
      t.is((await store.get('code', 'x'))?.userName, 'bob')
    }
  })

  test('deleting an expired row is deleting none, for it is absent, and one that has not expired is there', async (t) => {
    const { store, now, advance } = await open(t)
    for (const id of ['a', 'b']) await store.put('code', id, code, now() + 1000)
    advance(999)
    t.true(await store.delete('code', 'a'))
    advance(1)
    t.false(await store.delete('code', 'b'))
  })

  test('what was deleted while the clock was ahead is not there again when it is right', async (t) => {
    const { store, now, advance } = await open(t)
    for (const id of ['a', 'b']) await store.put('grant', id, grant(1), now() + 1000)
    advance(1000)
    await store.delete('grant', 'a')
    advance(-1000)
    t.is(await store.get('grant', 'a'), undefined)
    t.deepEqual(await store.get('grant', 'b'), grant(1))
  })
}
