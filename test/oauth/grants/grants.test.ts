import test from 'ava'
import { expiry, newGrant, noteUse, revokeGrant, revokeGrantsOfUser } from '../../../src/oauth/grants/grants.ts'
import { CLIENT, putGrant, USER } from '../../support/grants.ts'
import { openServer } from '../../support/server.ts'

const DAY = 24 * 3600_000

test("a new grant's id begins with its user's id, and no two are alike", async (t) => {
  const { server, now } = await openServer(t)
  const resources = ['https://home.example/api']
  const consent = { userName: 'ada', userId: 'u1', client: 'c', scopes: ['a'], resources, attempt: 'aB3-_xYz09' }
  const { id, record } = newGrant(server, consent)
  t.regex(id, /^u1\.[0-9a-f]{24}$/)
  t.not(newGrant(server, consent).id, id)
  t.deepEqual(record, {
    revision: 1,
    userName: 'ada',
    userId: 'u1',
    client: 'c',
    scopes: ['a'],
    resources: ['https://home.example/api'],
    attempt: 'aB3-_xYz09',
    createdAt: now(),
    lastUsedAt: now(),
  })
  t.is(expiry(record, CLIENT), now() + 90 * DAY)
})

test('a use is noted when the last one was noted a minute ago, and not before', async (t) => {
  const { server, store, now, advance } = await openServer(t)
  const grant = await putGrant(store, now())
  advance(59_999)
  t.is(await noteUse(server, grant, CLIENT), undefined)
  t.is((await store.get('grant', grant.id))?.revision, 1)
  advance(1)
  t.deepEqual(await noteUse(server, grant, CLIENT), { expiresAt: now() + 90 * DAY })
  t.like(await store.get('grant', grant.id), { revision: 2, lastUsedAt: now(), createdAt: grant.record.createdAt })
})

test('a use that was noted lengthens the life of the grant', async (t) => {
  const { server, store, now, advance } = await openServer(t)
  const [used, unused] = [await putGrant(store, now()), await putGrant(store, now())]
  advance(89 * DAY)
  await noteUse(server, used, CLIENT)
  advance(DAY)
  t.truthy(await store.get('grant', used.id))
  t.is(await store.get('grant', unused.id), undefined)
})

test('of two uses at the same time one is noted', async (t) => {
  const { server, store, now, advance } = await openServer(t)
  const grant = await putGrant(store, now())
  advance(60_000)
  const noted = await Promise.all([noteUse(server, grant, CLIENT), noteUse(server, grant, CLIENT)])
  t.deepEqual(noted, [{ expiresAt: now() + 90 * DAY }, undefined])
  t.is((await store.get('grant', grant.id))?.revision, 2)
})

test('noting a use never revives a grant that was revoked meanwhile, here or by another process', async (t) => {
  const { server, store, other, now, advance } = await openServer(t)
  const [here, there] = [await putGrant(store, now()), await putGrant(store, now())]
  advance(60_000)
  await revokeGrant(server, here.id)
  await other.delete('grant', there.id)
  for (const grant of [here, there]) {
    t.is(await noteUse(server, grant, CLIENT), undefined)
    t.is(await store.get('grant', grant.id), undefined)
  }
})

test('revoking a grant ends its access token at once, and no other', async (t) => {
  const { server, store, now } = await openServer(t)
  const [revoked, kept] = [await putGrant(store, now()), await putGrant(store, now())]
  t.truthy(await server.accessTokens.find(revoked.token))
  await revokeGrant(server, revoked.id)
  t.is(await server.accessTokens.find(revoked.token), undefined)
  t.truthy(await server.accessTokens.find(kept.token))
  await t.notThrowsAsync(revokeGrant(server, revoked.id))
})

test("all of a user's grants are ended, also 250 of them, and nobody else's", async (t) => {
  const { store, now } = await openServer(t)
  for (let i = 0; i < 250; i++) await putGrant(store, now())
  const { record } = await putGrant(store, now())
  const others = ['u10.a', 'u.a', 'u2.a', 'U1.a', 'u1x.a']
  for (const id of others) await store.put('grant', id, { ...record, userId: id.split('.')[0]! })
  t.is(await revokeGrantsOfUser(store, USER.id), 251)
  t.deepEqual((await store.list('grant', `${USER.id}.`, undefined, 10)).entries, [])
  for (const id of others) t.truthy(await store.get('grant', id), id)
  t.is(await revokeGrantsOfUser(store, USER.id), 0)
})
