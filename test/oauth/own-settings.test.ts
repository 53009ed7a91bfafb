import test from 'ava'
import { checkAfterTrust } from '../../src/oauth/checks/check-authorization-request.ts'
import { Parameters } from '../../src/oauth/checks/parameters.ts'
import type { RegisteredClient } from '../../src/oauth/clients/clients.ts'
import { handleToken } from '../../src/oauth/endpoints/handle-token.ts'
import { issueCode } from '../../src/oauth/grants/issue-code.ts'
import { lifetimesOf } from '../../src/oauth/grants/lifetimes.ts'
import { hashSecret } from '../../src/secrets/secret.ts'
import { CLIENT, USER } from '../support/grants.ts'
import { AS_CLIENT, issueTokens, openServer, postForm } from '../support/server.ts'

const [redirectUri = ''] = CLIENT.redirect_uris
const SECOND = 1000
const CHALLENGE = 'A'.repeat(43)

const HASTY: RegisteredClient = {
  ...CLIENT,
  id: 'hasty',
  lifetimes: { code: 10 * SECOND, accessToken: 60 * SECOND, refreshToken: 3600 * SECOND, refreshGrace: 0 },
}

test("a client's own lifetimes count for it, and the others' for the others", async (t) => {
  const { server, advance } = await openServer(t, [CLIENT, HASTY])
  const asHasty = { ...AS_CLIENT, client_id: 'hasty' }
  const exchange = async (client: RegisteredClient, as: Record<string, string>, after: number) => {
    const request = { client, redirectUri, scopes: ['music.read'], signInAgain: false }
    const code = await issueCode(server, request, USER)
    advance(after)
    return postForm(server, handleToken, { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...as })
  }
  t.is((await exchange(HASTY, asHasty, 10 * SECOND)).json.error, 'invalid_grant')
  t.is((await exchange(CLIENT, AS_CLIENT, 10 * SECOND)).status, 200)

  const { json } = await exchange(HASTY, asHasty, 10 * SECOND - 1)
  t.is(json.expires_in, 60)
  advance(60 * SECOND - 1)
  t.truthy(await server.accessTokens.find(json.access_token))
  advance(1)
  t.is(await server.accessTokens.find(json.access_token), undefined)

  const refresh = () =>
    postForm(server, handleToken, { grant_type: 'refresh_token', refresh_token: json.refresh_token, ...asHasty })
  advance(3600 * SECOND - 60 * SECOND - 1)
  const refreshed = await refresh()
  t.is(refreshed.json.expires_in, 60)
  advance(3600 * SECOND)
  t.is((await refresh()).json.error, 'invalid_grant')
})

test("what a client has no lifetime of its own for is everybody's", (t) => {
  const all = { code: 1, access_token: 2, refresh_token: 3, refresh_grace: 4 }
  const everybodys = { code: 1000, accessToken: 2000, refreshToken: 3000, refreshGrace: 4000 }
  t.deepEqual(lifetimesOf(all, CLIENT), everybodys)
  const own = { access_token: undefined, refresh_grace: 0 }
  t.deepEqual(lifetimesOf(all, CLIENT, own), { ...everybodys, refreshGrace: 0 })
})

test('what is kept has no end unless one is configured; what rotates, or is never refreshed, ends after 90 days', (t) => {
  const all = { code: 1, access_token: 2, refresh_grace: 4 }
  const days = (client: Pick<RegisteredClient, 'refresh' | 'grant_types'>, own = {}) =>
    (lifetimesOf(all, client, own).refreshToken ?? Number.POSITIVE_INFINITY) / (86_400 * SECOND)
  t.is(days(CLIENT), Number.POSITIVE_INFINITY)
  t.is(days(CLIENT, { refresh_token: 86_400 }), 1)
  t.is(days({ ...CLIENT, refresh: 'rotate' }), 90)
  t.is(days({ ...CLIENT, grant_types: ['authorization_code'] }), 90)
})

test('a client whose grant types are without refresh_token gets none, and can use none', async (t) => {
  const client: RegisteredClient = { ...CLIENT, grant_types: ['authorization_code'] }
  const { server, store } = await openServer(t, [client])
  const request = { client, redirectUri, scopes: ['music.read'], signInAgain: false }
  const code = await issueCode(server, request, USER)
  const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...AS_CLIENT }
  const { status, json } = await postForm(server, handleToken, form)
  t.is(status, 200)
  t.deepEqual(Object.keys(json), ['access_token', 'token_type', 'expires_in', 'scope'])
  t.deepEqual((await store.list('refresh', '', undefined, 1)).entries, [])

  const { refresh } = await issueTokens(server, CLIENT)
  const refused = await postForm(server, handleToken, {
    grant_type: 'refresh_token',
    refresh_token: refresh,
    ...AS_CLIENT,
  })
  t.is(refused.status, 400)
  t.is(refused.json.error, 'unauthorized_client')
})

test('a grant type that a client does not have is unauthorized_client, and spends nothing', async (t) => {
  const client: RegisteredClient = { ...CLIENT, grant_types: ['device_code'] }
  const { server, store } = await openServer(t, [client])
  const request = { client, redirectUri, scopes: ['music.read'], signInAgain: false }
  const code = await issueCode(server, request, USER)
  const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...AS_CLIENT }
  t.is((await postForm(server, handleToken, form)).json.error, 'unauthorized_client')
  t.truthy(await store.get('code', hashSecret(code)))
  const device = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: 'x', ...AS_CLIENT }
  t.is((await postForm(server, handleToken, device)).json.error, 'invalid_grant')
  const { server: ordinary } = await openServer(t)
  t.is((await postForm(ordinary, handleToken, device)).json.error, 'unauthorized_client')
})

test('a client that may not ask for a code is told so at its redirect URI', async (t) => {
  const { server } = await openServer(t)
  const client: RegisteredClient = { ...CLIENT, grant_types: ['device_code', 'refresh_token'] }
  const parameters = new Parameters('response_type=code&scope=music.read')
  t.throws(() => checkAfterTrust(server, parameters, { client, redirectUri }), {
    code: 'unauthorized_client',
  })
})

test('a confidential client of which PKCE is required has to send a challenge, and then its verifier', async (t) => {
  const client: RegisteredClient = { ...CLIENT, pkce: 'required' }
  const { server } = await openServer(t, [client])
  const check = (more: string) =>
    checkAfterTrust(server, new Parameters(`response_type=code&scope=music.read${more}`), {
      client,
      redirectUri,
    })
  t.throws(() => check(''), { code: 'invalid_request', message: /code_challenge/ })
  const request = check(`&code_challenge=${CHALLENGE}&code_challenge_method=S256`)
  t.is(request.challenge, CHALLENGE)
  const code = await issueCode(server, request, USER)
  const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...AS_CLIENT }
  t.is((await postForm(server, handleToken, form)).json.error, 'invalid_grant')
})

test('a request with no scope at all is invalid_scope, where the client may have none of the default ones', async (t) => {
  const { server } = await openServer(t)
  const ask = (defaultScopes: string[]) =>
    checkAfterTrust({ ...server, defaultScopes }, new Parameters('response_type=code'), {
      client: CLIENT,
      redirectUri,
    }).scopes
  t.deepEqual(ask(['music.read', 'user:read']), ['music.read'])
  t.throws(() => ask([]), { code: 'invalid_scope' })
  t.throws(() => ask(['user:read']), { code: 'invalid_scope' })
})

const prompts: [prompt: string, signInAgain: boolean][] = [
  ['', false],
  ['consent', false],
  ['login', true],
  ['select_account', true],
  ['consent login', true],
  ['something-new', false],
]
for (const [prompt, signInAgain] of prompts) {
  test(`prompt=${prompt} ${signInAgain ? 'asks' : 'does not ask'} whoever is signed in to sign in again`, async (t) => {
    const { server } = await openServer(t)
    const query = new URLSearchParams({ response_type: 'code', scope: 'music.read', prompt }).toString()
    const request = checkAfterTrust(server, new Parameters(query), { client: CLIENT, redirectUri })
    t.is(request.signInAgain, signInAgain)
  })
}
