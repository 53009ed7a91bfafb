import test from 'ava'
import * as openid from 'openid-client'
import { ADA } from '../support/gateway.ts'
import { answerDevice } from './device-linking.ts'
import { CALLBACKS, type InteropHouse, SCOPES, SECRET, startInteropHouse } from './house.ts'
import { API_CALL, failure, type Library, showLinking, showRefusals, signIn, WAYS, type Way } from './linking.ts'
import { trustingFetch } from './trusting-fetch.ts'

const AUTHENTICATION = {
  basic: () => openid.ClientSecretBasic(SECRET),
  post: () => openid.ClientSecretPost(SECRET),
  native: () => openid.None(),
}

/** All that it knows of the server comes from its metadata. */
async function discover(house: InteropHouse, client: string, authenticate: openid.ClientAuth) {
  return openid.discovery(new URL(house.issuer), client, undefined, authenticate, {
    algorithm: 'oauth2',
    [openid.customFetch]: trustingFetch(house) as unknown as openid.CustomFetch,
  })
}

function library(house: InteropHouse, config: openid.Configuration, { client, pkce }: Way): Library {
  const [verifier, state] = [openid.randomPKCECodeVerifier(), openid.randomState()]
  const tokens = (response: openid.TokenEndpointResponse) => ({
    access: response.access_token,
    refresh: response.refresh_token!,
    scope: response.scope,
  })
  return {
    async authorizationUrl() {
      const challenge = { code_challenge: await openid.calculatePKCECodeChallenge(verifier) }
      return openid.buildAuthorizationUrl(config, {
        redirect_uri: CALLBACKS[client],
        scope: SCOPES.join(' '),
        state,
        ...(pkce && { ...challenge, code_challenge_method: 'S256' }),
      }).href
    },
    async exchange(callback) {
      const checks = { expectedState: state, ...(pkce && { pkceCodeVerifier: verifier }) }
      return tokens(await openid.authorizationCodeGrant(config, new URL(callback), checks))
    },
    refresh: async ({ refresh }) => tokens(await openid.refreshTokenGrant(config, refresh)),
    revoke: (token, hint) => openid.tokenRevocation(config, token, { token_type_hint: hint }),
    introspect: (token) => openid.tokenIntrospection(config, token),
    userinfo: ({ access }) => openid.fetchUserInfo(config, access, openid.skipSubjectCheck),
    async callApi({ access }) {
      const [url, headers] = [new URL(`${house.issuer}/api`), new Headers({ 'content-type': 'application/json' })]
      return openid.fetchProtectedResource(config, access, url, 'POST', API_CALL, headers).then(
        ({ status }) => status,
        ({ status }) => status,
      )
    },
  }
}

for (const [name, way] of Object.entries(WAYS)) {
  test(`openid-client discovers the server, links, refreshes and revokes with ${name}`, async (t) => {
    const house = await startInteropHouse(t)
    const config = await discover(house, way.client, AUTHENTICATION[way.client]())
    await showLinking(t, house, library(house, config, way), way)
  })
}

test('openid-client is refused where it should be, and says why', async (t) => {
  const house = await startInteropHouse(t)
  const config = await discover(house, 'basic', AUTHENTICATION.basic())
  await showRefusals(t, house, () => library(house, config, WAYS['HTTP Basic and PKCE']!))

  const impostor = await discover(house, 'basic', openid.ClientSecretBasic('wrong'))
  const refused = await failure(openid.refreshTokenGrant(impostor, 'x'.repeat(43)))
  t.regex(refused, /OAUTH_WWW_AUTHENTICATE_CHALLENGE/)
})

test('openid-client takes no code from another issuer', async (t) => {
  const house = await startInteropHouse(t)
  const way = WAYS['HTTP Basic and PKCE']!
  const client = library(house, await discover(house, 'basic', AUTHENTICATION.basic()), way)
  const callback = new URL(await signIn(house, await client.authorizationUrl()))
  t.is(callback.searchParams.get('iss'), house.issuer)
  for (const iss of ['https://evil.example', '', undefined]) {
    const mixedUp = new URL(callback)
    if (iss === undefined) mixedUp.searchParams.delete('iss')
    else mixedUp.searchParams.set('iss', iss)
    t.regex(await failure(client.exchange(mixedUp.href)), /"?iss"? .*(unexpected|missing)|issuer/i)
  }
  await t.notThrowsAsync(client.exchange(callback.href))
})

test('openid-client lets a resource server introspect access tokens, and no refresh tokens', async (t) => {
  const house = await startInteropHouse(t)
  const way = WAYS['PKCE and no secret']!
  const app = library(house, await discover(house, 'native', AUTHENTICATION.native()), way)
  const tokens = await app.exchange(await signIn(house, await app.authorizationUrl()))
  const server = await discover(house, 'music-api', AUTHENTICATION.post())
  t.like(await openid.tokenIntrospection(server, tokens.access), {
    active: true,
    client_id: 'native',
    username: ADA.name,
  })
  t.deepEqual(await openid.tokenIntrospection(server, tokens.refresh), { active: false })
})

test('openid-client polls for a device until somebody has approved', async (t) => {
  const house = await startInteropHouse(t)
  const config = await discover(house, 'kitchen', openid.None())
  const device = await openid.initiateDeviceAuthorization(config, { scope: 'music.control' })
  t.is(device.interval, 5)

  const send = trustingFetch(house)
  let asked = 0
  config[openid.customFetch] = async (url, options) => {
    // Ada answers after the second question. What the library waits for has passed for the server.
    if (++asked === 3) await answerDevice(house, device.user_code)
    house.advance(5000)
    return send(url, options as RequestInit)
  }
  const tokens = await openid.pollDeviceAuthorizationGrant(config, { ...device, interval: 0 })
  t.is(asked, 3)
  t.is(tokens.scope, 'music.control')
  const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token!)
  t.not(refreshed.refresh_token, tokens.refresh_token)
})

test('openid-client stops polling when the device was denied', async (t) => {
  const house = await startInteropHouse(t)
  const config = await discover(house, 'kitchen', openid.None())
  const device = await openid.initiateDeviceAuthorization(config, { scope: 'music.control' })
  await answerDevice(house, device.user_code, 'deny')
  const attempt = openid.pollDeviceAuthorizationGrant(config, { ...device, interval: 0 })
  t.regex(await failure(attempt), /access_denied/)
})
