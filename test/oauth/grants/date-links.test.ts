import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import test from 'ava'
import { openClients, type RegisteredClient } from '../../../src/oauth/clients/clients.ts'
import { handleToken } from '../../../src/oauth/endpoints/handle-token.ts'
import { dateLinks } from '../../../src/oauth/grants/date-links.ts'
import { hashSecret } from '../../../src/secrets/secret.ts'
import { openKeyvStore } from '../../../src/store/keyv-store.ts'
import { writeVersion1 } from '../../store/fixtures/v1.ts'
import { temporaryFolder, testEnvironment } from '../../support/environment.ts'
import { CLIENT, KEPT, PUBLIC_CLIENT } from '../../support/grants.ts'
import { AS_CLIENT, AS_PHONE, issueTokens, openServer, postForm } from '../../support/server.ts'

const DAY = 86_400_000
const YEARS_2 = 2 * 365 * DAY

const refreshed = async (server: Parameters<typeof postForm>[0], token: string, as: object = AS_CLIENT) =>
  (await postForm(server, handleToken, { grant_type: 'refresh_token', refresh_token: token, ...as })).status

test('a link that is kept works after two idle years, and so does one that was used in between', async (t) => {
  const { server, store, advance } = await openServer(t, [KEPT])
  const { refresh, grant } = await issueTokens(server, KEPT)
  for (let time = 0; time < 2; time++) {
    advance(YEARS_2)
    await store.purgeExpired(server.now(), 100)
    t.is(await refreshed(server, refresh), 200)
  }
  t.is((await store.get('refresh', hashSecret(refresh)))?.expiresAt, undefined)
  t.truthy(await store.get('grant', grant))
})

test('what an earlier release dated to 90 days is prolonged, the links of others keep their end', async (t) => {
  const { server, store, advance } = await openServer(t, [CLIENT, PUBLIC_CLIENT])
  const [kept, rotating] = [await issueTokens(server, CLIENT), await issueTokens(server, PUBLIC_CLIENT)]
  const today = { ...server, clients: openClients([KEPT, PUBLIC_CLIENT], undefined) }
  advance(89 * DAY)
  t.is(await dateLinks(today), 1)
  t.is(await dateLinks(today), 0, 'once is enough')
  advance(YEARS_2)
  await store.purgeExpired(server.now(), 100)
  t.is(await refreshed(today, kept.refresh), 200)
  t.is(await refreshed(today, rotating.refresh, AS_PHONE), 400)
})

test('the next use of a link prolongs it as well', async (t) => {
  const { server, advance } = await openServer(t, [CLIENT])
  const { refresh } = await issueTokens(server, CLIENT)
  const today = { ...server, clients: openClients([KEPT], undefined) }
  advance(DAY)
  t.is(await refreshed(today, refresh), 200)
  advance(YEARS_2)
  t.is(await refreshed(today, refresh), 200)
})

test('a lifetime that is set later counts from the last use on', async (t) => {
  const { server, advance } = await openServer(t, [KEPT])
  const [idle, used] = [await issueTokens(server, KEPT), await issueTokens(server, KEPT)]
  advance(80 * DAY)
  t.is(await refreshed(server, used.refresh), 200)
  const limited = { ...server, clients: openClients([CLIENT], undefined) }
  advance(10 * DAY - 1)
  t.is(await dateLinks(limited), 2)
  t.is(await refreshed(limited, idle.refresh), 200, 'one millisecond is left')
  advance(80 * DAY + 1)
  t.is(await refreshed(limited, used.refresh), 400)
})

test('what was revoked is not brought back, and what belongs to no client stays as it is', async (t) => {
  const { server, store } = await openServer(t, [CLIENT, PUBLIC_CLIENT])
  const [revoked, orphan] = [await issueTokens(server, CLIENT), await issueTokens(server, PUBLIC_CLIENT)]
  await store.delete('grant', revoked.grant)
  t.is(await dateLinks({ ...server, clients: openClients([KEPT], undefined) }), 0)
  t.is(await store.get('grant', revoked.grant), undefined)
  t.is(typeof (await store.get('refresh', hashSecret(orphan.refresh)))?.expiresAt, 'number')
})

test('a link of a database of version 1 is prolonged too', async (t) => {
  const environment = testEnvironment()
  const file = join(temporaryFolder(t), 'skillgate.db')
  const at = environment.now()
  const until = at + 90 * DAY
  const about = { userName: 'ada', userId: 'u1', client: CLIENT.id, scopes: ['music.read'] }
  const token = { grant: 'u1.one', scopes: ['music.read'], issuedAt: at, expiresAt: until }
  writeVersion1(file, [
    { kind: 'grant', id: 'u1.one', value: { revision: 1, ...about, createdAt: at, lastUsedAt: at }, expiresAt: until },
    { kind: 'refresh', id: 'hash', value: token, expiresAt: until },
  ])
  const store = await openKeyvStore(file, environment.now)
  t.teardown(() => store.close())
  const clients = (one: RegisteredClient) => openClients([one], undefined)
  t.is(await dateLinks({ store, clients: clients(CLIENT) }), 0)
  t.is(await dateLinks({ store, clients: clients(KEPT) }), 1)
  environment.advance(YEARS_2)
  t.like(await store.get('grant', 'u1.one'), { revision: 2, lastUsedAt: at })
  t.is((await store.get('refresh', 'hash'))?.expiresAt, undefined)
})

test('a refresh token without an end goes once its grant is gone, and not while its grant has only expired', async (t) => {
  const { server, store, advance } = await openServer(t, [KEPT])
  const [revoked, used] = [await issueTokens(server, KEPT), await issueTokens(server, KEPT)]
  await store.delete('grant', revoked.grant)
  const grant = (await store.get('grant', used.grant))!
  await store.put('grant', used.grant, grant, server.now() + DAY)
  advance(2 * DAY)
  t.is(await dateLinks(server), 0)
  t.is(await store.get('refresh', hashSecret(revoked.refresh)), undefined)
  t.truthy(await store.get('refresh', hashSecret(used.refresh)), 'the clock may be ahead')
  await store.purgeExpired(server.now(), 100)
  await dateLinks(server)
  t.is(await store.get('refresh', hashSecret(used.refresh)), undefined)
})

test('a client that rotates from now on gets an end for its links, and no use of them is undone by that', async (t) => {
  const { server, store, advance } = await openServer(t, [KEPT])
  const { refresh, grant } = await issueTokens(server, KEPT)
  const rotating = { ...server, clients: openClients([{ ...CLIENT, refresh: 'rotate' }], undefined) }
  // What is read before somebody uses the token is written afterwards.
  let use: Promise<number> | undefined
  const slow = {
    ...store,
    async replace(...given: Parameters<typeof store.replace>) {
      use ??= refreshed(rotating, refresh)
      t.is(await use, 200)
      return store.replace(...given)
    },
  } as typeof store
  await dateLinks({ ...rotating, store: slow })
  t.is(typeof (await store.get('refresh', hashSecret(refresh)))?.supersededAt, 'number')
  advance(90 * DAY)
  t.is(await store.get('grant', grant), undefined)
})

test('dating many links lets everything else have its turn, and ends when it is over', async (t) => {
  const { server, store } = await openServer(t, [KEPT])
  const { refresh, grant } = await issueTokens(server, KEPT)
  const [row, link] = [(await store.get('refresh', hashSecret(refresh)))!, (await store.get('grant', grant))!]
  const until = server.now() + DAY
  const ids = Array.from({ length: 300 }, (_, i) => String(1000 + i))
  await Promise.all(
    ids.flatMap((id) => [
      store.put('grant', `u.${id}`, link, until),
      store.put('refresh', id, { ...row, grant: `u.${id}`, expiresAt: until }, until),
    ]),
  )
  let isOver = false
  const counted = dateLinks(server, () => isOver)
  await setImmediate()
  await setImmediate()
  isOver = true
  const first = await counted
  t.true(first < 300, `${first} were dated before it was told to end`)
  t.is(first + (await dateLinks(server)), 300)

  // Also where there is nothing to do.
  let turns = 0
  let isDone = false
  const nothing = dateLinks(server).then(() => {
    isDone = true
  })
  while (!isDone) {
    await setImmediate()
    turns++
  }
  await nothing
  t.true(turns >= 3, `${turns} turns for three pages`)
})
