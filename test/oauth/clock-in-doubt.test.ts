import test, { type ExecutionContext } from 'ava'
import { Parameters } from '../../src/oauth/checks/parameters.ts'
import { authenticateClient } from '../../src/oauth/clients/authenticate-client.ts'
import { withEarlierUntil, withNewSecret } from '../../src/oauth/clients/client-secrets.ts'
import { addRegisteredClient, REGISTERED_CLIENTS_LIMIT } from '../../src/oauth/clients/registered/registered-clients.ts'
import { handleAuthorize } from '../../src/oauth/endpoints/handle-authorize.ts'
import { handleIntrospect } from '../../src/oauth/endpoints/handle-introspect.ts'
import { handleRevoke } from '../../src/oauth/endpoints/handle-revoke.ts'
import { handleToken } from '../../src/oauth/endpoints/handle-token.ts'
import { issueCode } from '../../src/oauth/grants/issue-code.ts'
import { redateFuture } from '../../src/oauth/grants/redate-future.ts'
import { hashSecret } from '../../src/secrets/secret.ts'
import { watchClock } from '../../src/store/watch-clock.ts'
import { CLIENT, PUBLIC_CLIENT, SECRET, USER } from '../support/grants.ts'
import { AS_CLIENT, AS_PHONE, issueTokens, openServer, postForm } from '../support/server.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const YEAR = 365 * DAY
const RELEASED = Date.UTC(2026, 10, 1)
const IN_DOUBT = { code: 'clock_unsettled' }

/** A server whose clock is watched, as the gateway's is. */
async function openWatched(t: ExecutionContext) {
  const opened = await openServer(t)
  const { doubt } = watchClock({ now: opened.now, monotonic: opened.monotonic, releasedAt: RELEASED })
  const server = { ...opened.server, clockDoubt: doubt }
  const refresh = (token: string, who: Record<string, string> = AS_CLIENT) =>
    postForm(server, handleToken, { grant_type: 'refresh_token', refresh_token: token, ...who })
  return { ...opened, server, refresh }
}

test('70. a clock that is ten years ahead ends no link: nobody can tell, and when it is back all is as before', async (t) => {
  const { server, refresh, setClock, advance } = await openWatched(t)
  const [alexa, phone] = [await issueTokens(server), await issueTokens(server, PUBLIC_CLIENT)]
  setClock(10 * YEAR)
  for (let minute = 0; minute < 60; minute += 20) {
    await t.throwsAsync(refresh(alexa.refresh), IN_DOUBT)
    await t.throwsAsync(refresh(phone.refresh, AS_PHONE), IN_DOUBT)
    t.is(await server.accessTokens.find(alexa.access), undefined)
    advance(20 * MINUTE)
  }
  const ask = { token: alexa.refresh, ...AS_CLIENT }
  await t.throwsAsync(postForm(server, handleIntrospect, ask), IN_DOUBT)
  setClock(-10 * YEAR)
  t.is((await refresh(alexa.refresh)).status, 200)
  t.is((await refresh(phone.refresh, AS_PHONE)).status, 200)
})

test('70. what was never given out is refused also while the clock is in doubt, and so is what has expired without a doubt', async (t) => {
  const { server, refresh, setClock, advance } = await openWatched(t)
  const { refresh: token } = await issueTokens(server)
  setClock(10 * YEAR)
  t.is((await refresh('x'.repeat(43))).json.error, 'invalid_grant')
  setClock(-10 * YEAR)
  advance(90 * DAY)
  t.is((await refresh(token)).json.error, 'invalid_grant')
})

test('70. a clock that stays ten years ahead is believed after a week', async (t) => {
  const { server, refresh, setClock, advance } = await openWatched(t)
  const { refresh: token } = await issueTokens(server)
  setClock(10 * YEAR)
  await t.throwsAsync(refresh(token), IN_DOUBT)
  advance(7 * DAY)
  t.is((await refresh(token)).json.error, 'invalid_grant')
})

test('70. what is still good goes on to be refreshed while the clock is in doubt, and is not dated by it', async (t) => {
  const { server, store, refresh, now, setClock, advance } = await openWatched(t)
  const { refresh: token, grant } = await issueTokens(server)
  const before = await store.get('grant', grant)
  for (const jump of [20 * DAY, -40 * DAY]) {
    setClock(jump)
    advance(MINUTE)
    const { status, json } = await refresh(token)
    t.is(status, 200)
    t.truthy(await server.accessTokens.find(json.access_token))
    t.deepEqual(await store.get('grant', grant), before)
  }
  setClock(20 * DAY)
  t.is((await refresh(token)).status, 200)
  t.is((await store.get('grant', grant))?.lastUsedAt, now())
})

test('70. a step of ten minutes between the retries of a token that rotates ends no link, in either direction', async (t) => {
  for (const step of [-10 * MINUTE, 10 * MINUTE]) {
    const { server, store, refresh, setClock, advance } = await openWatched(t)
    const { refresh: token, grant } = await issueTokens(server, PUBLIC_CLIENT)
    const first = await refresh(token, AS_PHONE)
    setClock(step)
    for (let time = 0; time < 3; time++) {
      const retry = await refresh(token, AS_PHONE)
      t.is(retry.json.refresh_token, first.json.refresh_token, `${step}`)
      advance(MINUTE)
    }
    t.truthy(await store.get('grant', grant))
    t.is((await refresh(first.json.refresh_token, AS_PHONE)).status, 200)
    t.is((await refresh(token, AS_PHONE)).json.error, 'invalid_grant', 'used twice is used twice, whatever the time')
    t.is(await store.get('grant', grant), undefined)
  }
})

test('70. a code that comes again in doubt is refused without ending what it gave, and one that may have expired is not refused', async (t) => {
  const { server, store, setClock } = await openWatched(t)
  const [redirectUri = ''] = CLIENT.redirect_uris
  const request = { client: CLIENT, redirectUri, scopes: ['music.read'], signInAgain: false }
  const [used, unused] = [await issueCode(server, request, USER), await issueCode(server, request, USER)]
  const send = (code: string) =>
    postForm(server, handleToken, { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...AS_CLIENT })
  t.is((await send(used)).status, 200)
  setClock(4 * MINUTE)
  t.is((await send(used)).json.error, 'invalid_grant')
  t.is((await store.list('grant', '', undefined, 9)).entries.length, 1)
  setClock(YEAR)
  await t.throwsAsync(send(unused), IN_DOUBT)
  setClock(-YEAR - 4 * MINUTE)
  t.is((await send(unused)).status, 200)
})

test('70. with a clock of 1970 nobody links, for it would be over as soon as the clock is right; what was linked works', async (t) => {
  const { server, refresh, now, setClock } = await openWatched(t)
  const { refresh: token } = await issueTokens(server)
  const passed = now()
  setClock(-passed)
  const request = { query: 'client_id=alexa', headers: {}, address: undefined, readBody: async () => '' }
  await t.throwsAsync(async () => handleAuthorize(server, request, {}), IN_DOUBT)
  const code = { grant_type: 'authorization_code', code: 'x', redirect_uri: 'y', ...AS_CLIENT }
  await t.throwsAsync(postForm(server, handleToken, code), IN_DOUBT)
  const { status, json } = await refresh(token)
  t.is(status, 200)
  setClock(passed)
  t.is((await refresh(token)).status, 200)
  t.is(await server.accessTokens.find(json.access_token), undefined, 'an access token of 1970 is over')
})

test('70. a link that was made by a clock ten years ahead lives as long as any other from the correction on', async (t) => {
  for (const used of [true, false]) {
    const { server, refresh, store, setClock, advance } = await openWatched(t)
    const normal = await issueTokens(server)
    setClock(10 * YEAR)
    const ahead = await issueTokens(server)
    setClock(-10 * YEAR)
    t.is(await server.accessTokens.find(ahead.access), undefined, 'it is of the future')
    if (used) t.is((await refresh(ahead.refresh)).status, 200)
    t.is(await redateFuture(server), 2, 'the grant, and the access token')
    t.is(await redateFuture(server), 0)
    t.is(await store.get('access', hashSecret(ahead.access)), undefined)
    advance(90 * DAY - 1)
    for (const { grant } of [normal, ahead]) t.truthy(await store.get('grant', grant))
    advance(1)
    for (const { grant } of [normal, ahead]) t.is(await store.get('grant', grant), undefined)
    advance(8 * YEAR)
    t.is((await refresh(ahead.refresh)).json.error, 'invalid_grant')
  }
})

test('70. what is revoked while a clock in doubt shows that it has expired is revoked', async (t) => {
  const { server, refresh, setClock } = await openWatched(t)
  const { refresh: token } = await issueTokens(server)
  setClock(YEAR)
  t.is((await postForm(server, handleRevoke, { token, ...AS_CLIENT })).status, 200)
  setClock(-YEAR)
  t.is((await refresh(token)).json.error, 'invalid_grant')
})

test('70. an earlier secret that ended by a clock in doubt is not called wrong', async (t) => {
  const { server, store, now, setClock } = await openWatched(t)
  const renewed = withNewSecret(undefined, hashSecret(SECRET), hashSecret('new'))
  await store.put('client-secret', CLIENT.id, withEarlierUntil(renewed, now() + DAY))
  const send = (secret: string) =>
    authenticateClient(server, undefined, new Parameters(`client_id=${CLIENT.id}&client_secret=${secret}`))
  const encoded = encodeURIComponent(SECRET)
  t.is((await send(encoded)).id, CLIENT.id)
  setClock(2 * DAY)
  t.is((await send('new')).id, CLIENT.id)
  await t.throwsAsync(send(encoded), IN_DOUBT)
  await t.throwsAsync(send('wrong'), { code: 'invalid_client' })
})

test('70. no client that registered itself goes while nobody can tell whether it is in use', async (t) => {
  const { store, now, advance } = await openServer(t)
  const record = { name: 'x', public: true, redirectUris: [], scopes: [], grantTypes: [], authMethods: [] }
  for (let i = 0; i < REGISTERED_CLIENTS_LIMIT; i++)
    await store.put('client', `app-${i}`, { ...record, createdAt: now() })
  advance(2 * DAY)
  const another = { id: 'app-new', record: { ...record, createdAt: now() } }
  await t.throwsAsync(addRegisteredClient(store, now(), another, true), { code: 'too_many_requests' })
  t.is((await store.list('client', '', undefined, 200)).entries.length, REGISTERED_CLIENTS_LIMIT)
  await addRegisteredClient(store, now(), another, false)
  t.is((await store.list('client', '', undefined, 200)).entries.length, 1)
})
