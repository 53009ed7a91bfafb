import test from 'ava'
import { EXPIRED_KNOWN_MS, whyRefused } from '../../../src/oauth/grants/why-refused.ts'
import { hashSecret } from '../../../src/secrets/secret.ts'
import { CLIENT, USER } from '../../support/grants.ts'
import { issueTokens, openServer } from '../../support/server.ts'

const HOUR = 3_600_000

test('a token that nobody knows is gone, and so is one that was revoked, or whose grant or user is gone', async (t) => {
  const { server, store } = await openServer(t)
  for (const token of ['', 'short', 'u'.repeat(43)]) t.is(await whyRefused(server, token), 'gone')
  const [one, other, third] = [await issueTokens(server), await issueTokens(server), await issueTokens(server)]
  await store.delete('access', hashSecret(one.access))
  t.is(await whyRefused(server, one.access), 'gone')
  await store.delete('grant', other.grant)
  t.is(await whyRefused(server, other.access), 'gone')
  const user = (await store.get('user', USER.name))!
  await store.put('user', USER.name, { ...user, id: 'somebody else' })
  t.is(await whyRefused(server, third.access), 'gone')
})

test('a token that has expired is known as such for a week, also after a purge', async (t) => {
  const { server, store, advance, now } = await openServer(t)
  const { access } = await issueTokens(server)
  advance(HOUR)
  t.is(await server.accessTokens.find(access), undefined)
  t.is(await whyRefused(server, access), 'expired')
  advance(EXPIRED_KNOWN_MS - 1)
  await store.purgeExpired(now(), 100)
  t.is(await whyRefused(server, access), 'expired')
  advance(1)
  await store.purgeExpired(now(), 100)
  t.is(await whyRefused(server, access), 'gone')
})

test('a grant that has ended by its time is lapsed, unless the clock is in doubt', async (t) => {
  const { server, store, advance, now } = await openServer(t)
  const { access, grant } = await issueTokens(server)
  await store.put('grant', grant, (await store.get('grant', grant))!, now() + HOUR)
  advance(HOUR)
  t.is(await whyRefused(server, access), 'lapsed')
  const doubtful = { ...server, clockDoubt: () => ({ detail: 'it shows 1970', impossible: true }) }
  t.is(await whyRefused(doubtful, access), 'suspended')
})

test('what can come back is only suspended', async (t) => {
  const { server, store, now } = await openServer(t)
  const { access } = await issueTokens(server)
  t.is(await whyRefused({ ...server, now: () => now() - 2 * HOUR }, access), 'suspended', 'issued in the future')
  const without = { ...server.clients, find: (id: string) => (id === CLIENT.id ? undefined : server.clients.find(id)) }
  t.is(await whyRefused({ ...server, clients: without }, access), 'suspended', 'its client is not configured')
  const user = (await store.get('user', USER.name))!
  await store.put('user', USER.name, { ...user, disabled: true })
  t.is(await whyRefused(server, access), 'suspended', 'its user is disabled')
})

test('after a restore a token that nobody knows may be one of after the backup, for a day', async (t) => {
  const { server, store, advance, now } = await openServer(t)
  await store.put('restore', 'last', { at: now() }, now() + 24 * HOUR)
  t.is(await whyRefused(server, 'u'.repeat(43)), 'suspended')
  const { access, grant } = await issueTokens(server)
  await store.delete('grant', grant)
  t.is(await whyRefused(server, access), 'gone', 'of one that is known, it is known')
  advance(24 * HOUR)
  t.is(await whyRefused(server, 'u'.repeat(43)), 'gone')
})
