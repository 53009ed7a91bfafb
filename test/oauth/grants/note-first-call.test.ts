import test from 'ava'
import { StorageError } from '../../../src/files/storage-error.ts'
import { firstCallNoter } from '../../../src/oauth/grants/note-first-call.ts'
import { CLIENT } from '../../support/grants.ts'
import { issueTokens, openServer } from '../../support/server.ts'

const CALL = { address: '192.0.2.1', route: '/api' }

test('the first call with a grant is noted once, also where several come at once and after a restart', async (t) => {
  const { server, store, events, now, advance } = await openServer(t)
  const { grant, access } = await issueTokens(server)
  const note = firstCallNoter()
  const begun = now()
  await Promise.all([1, 2, 3].map(() => note(server, { ...CALL, grant })))
  t.is((await store.get('grant', grant))?.firstCalledAt, begun)
  advance(1000)
  await firstCallNoter()(server, { ...CALL, grant })
  t.is((await store.get('grant', grant))?.firstCalledAt, begun)
  t.deepEqual(
    events.map(({ event, client, grant: id, detail }) => [event, client, id, detail]),
    [['first_call', CLIENT.id, grant, '/api']],
  )
  t.truthy(await server.accessTokens.find(access), 'it is no less good for that')
})

test('a grant lives no longer for having been called with, and one that is gone is not brought back', async (t) => {
  const { server, store, events, advance } = await openServer(t)
  const { grant } = await issueTokens(server)
  const another = await issueTokens(server)
  advance(CLIENT.lifetimes.refreshToken - 1)
  await firstCallNoter()(server, { ...CALL, grant })
  t.truthy(await store.get('grant', grant))
  advance(1)
  t.is(await store.get('grant', grant), undefined)
  await store.delete('grant', another.grant)
  await firstCallNoter()(server, { ...CALL, grant: another.grant })
  t.is(await store.get('grant', another.grant), undefined)
  t.is(events.length, 1)
})

test('where the store fails, the next call is noted as the first', async (t) => {
  const { server, store, events } = await openServer(t)
  const { grant } = await issueTokens(server)
  const note = firstCallNoter()
  const replace = () => Promise.reject(new StorageError('disk full'))
  const failing = { ...server, store: { ...store, replace } }
  await t.throwsAsync(note(failing, { ...CALL, grant }), { instanceOf: StorageError })
  t.deepEqual(events, [])
  await note(server, { ...CALL, grant })
  t.deepEqual(
    events.map(({ event }) => event),
    ['first_call'],
  )
})
