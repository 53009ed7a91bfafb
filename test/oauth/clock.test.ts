import test from 'ava'
import { handleToken } from '../../src/oauth/endpoints/handle-token.ts'
import { issueCode } from '../../src/oauth/grants/issue-code.ts'
import { hashSecret } from '../../src/secrets/secret.ts'
import { openAccessTokens } from '../support/access-tokens.ts'
import { CLIENT, PUBLIC_CLIENT, USER } from '../support/grants.ts'
import { AS_CLIENT, AS_PHONE, issueTokens, openServer, postForm } from '../support/server.ts'

const MINUTE = 60_000
const [redirectUri = ''] = CLIENT.redirect_uris

test('an access token of the future is refused, cached or not: the clock was wrong, and nobody knows its age', async (t) => {
  const { server, store, advance } = await openServer(t)
  const { access } = await issueTokens(server)
  const anew = () => openAccessTokens(store, server.clients, server.now)
  t.truthy(await server.accessTokens.find(access))
  advance(-5 * MINUTE)
  for (const tokens of [server.accessTokens, anew()]) t.truthy(await tokens.find(access), 'a small step does no harm')
  advance(-1)
  for (const tokens of [server.accessTokens, anew()]) t.is(await tokens.find(access), undefined)
})

test('36, 70. of a token that was replaced in the future the grace begins anew, once: a clock that is set back ends no link', async (t) => {
  const { server, store, now, advance } = await openServer(t)
  const { refresh, grant } = await issueTokens(server, PUBLIC_CLIENT)
  const form = { grant_type: 'refresh_token', refresh_token: refresh, ...AS_PHONE }
  const first = await postForm(server, handleToken, form)
  advance(-10 * MINUTE)
  const corrected = now()
  for (const passed of [0, MINUTE]) {
    advance(passed)
    t.is((await postForm(server, handleToken, form)).json.refresh_token, first.json.refresh_token)
    t.is((await store.get('refresh', hashSecret(refresh)))?.supersededAt, corrected)
  }
  advance(1)
  t.is((await postForm(server, handleToken, form)).json.error, 'invalid_grant')
  t.is(await store.get('grant', grant), undefined)
})

test('34. a code is redeemed once, however the clock is moved while it lives', async (t) => {
  const { server, store, advance } = await openServer(t)
  const request = { client: CLIENT, redirectUri, scopes: ['music.read'], signInAgain: false }
  const code = await issueCode(server, request, USER)
  const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...AS_CLIENT }
  advance(-60 * MINUTE)
  t.is((await postForm(server, handleToken, form)).status, 200)
  const [{ id } = { id: '' }] = (await store.list('redemption', '', undefined, 1)).entries
  t.is(id, hashSecret(code))
  advance(65 * MINUTE - 1)
  t.truthy(await store.get('code', id), 'the code is still there')
  t.is((await postForm(server, handleToken, form)).json.error, 'invalid_grant')
})

test('a connection that an access token has opened is over when the token is revoked, not when it expires', async (t) => {
  const { server, store, advance } = await openServer(t)
  const [revoked, kept] = [await issueTokens(server), await issueTokens(server)]
  const facts = await Promise.all([revoked, kept].map(({ access }) => server.accessTokens.find(access)))
  await store.delete('access', hashSecret(revoked.access))
  t.deepEqual(await Promise.all(facts.map((fact) => server.accessTokens.stillGranted(fact!))), [false, true])
  advance(60 * MINUTE)
  t.true(await server.accessTokens.stillGranted(facts[1]!))
})
