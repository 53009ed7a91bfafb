import test from 'ava'
import * as oauth from 'oauth4webapi'
import { DEVICES, type Device, type DeviceLibrary, showDevice, showDeviceRefusals } from './device-linking.ts'
import { CALLBACKS, type InteropHouse, SCOPES, SECRET, startInteropHouse } from './house.ts'
import {
  API_CALL,
  failure,
  type Library,
  showLinking,
  showRefusals,
  signIn,
  type Tokens,
  WAYS,
  type Way,
} from './linking.ts'
import { trustingFetch } from './trusting-fetch.ts'

const AUTHENTICATION = {
  basic: oauth.ClientSecretBasic(SECRET),
  post: oauth.ClientSecretPost(SECRET),
  none: oauth.None(),
  native: oauth.None(),
}

/** The client is as it comes, but for the CA that it trusts. */
function trusting(house: InteropHouse) {
  return { [oauth.customFetch]: trustingFetch(house) }
}

async function discover(house: InteropHouse): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(house.issuer)
  const response = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...trusting(house) })
  return oauth.processDiscoveryResponse(issuer, response)
}

/** It checks every answer strictly: its status, its content type, each member's type. */
function library(house: InteropHouse, server: oauth.AuthorizationServer, { client: id, pkce }: Way): Library {
  const [client, credentials, options] = [{ client_id: id }, AUTHENTICATION[id], trusting(house)]
  const [verifier, state] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomState()]
  return {
    async authorizationUrl() {
      const url = new URL(server.authorization_endpoint!)
      const challenge = await oauth.calculatePKCECodeChallenge(verifier)
      url.search = new URLSearchParams({
        client_id: id,
        redirect_uri: CALLBACKS[id],
        response_type: 'code',
        scope: SCOPES.join(' '),
        state,
        ...(pkce && { code_challenge: challenge, code_challenge_method: 'S256' }),
      }).toString()
      return url.href
    },
    async exchange(callback) {
      const parameters = oauth.validateAuthResponse(server, client, new URL(callback), state)
      const response = await oauth.authorizationCodeGrantRequest(
        server,
        client,
        credentials,
        parameters,
        CALLBACKS[id],
        pkce ? verifier : oauth.nopkce,
        options,
      )
      return ours(await oauth.processAuthorizationCodeResponse(server, client, response))
    },
    async refresh({ refresh }) {
      const response = await oauth.refreshTokenGrantRequest(server, client, credentials, refresh, options)
      return ours(await oauth.processRefreshTokenResponse(server, client, response))
    },
    async revoke(token, hint) {
      const additionalParameters = { token_type_hint: hint }
      const response = await oauth.revocationRequest(server, client, credentials, token, {
        ...options,
        additionalParameters,
      })
      await oauth.processRevocationResponse(response)
    },
    async introspect(token) {
      const response = await oauth.introspectionRequest(server, client, credentials, token, options)
      return oauth.processIntrospectionResponse(server, client, response)
    },
    async userinfo({ access }) {
      const response = await oauth.userInfoRequest(server, client, access, options)
      return oauth.processUserInfoResponse(server, client, oauth.skipSubjectCheck, response)
    },
    async callApi({ access }) {
      const headers = new Headers({ 'content-type': 'application/json' })
      const url = new URL(`${house.issuer}/api`)
      return oauth.protectedResourceRequest(access, 'POST', url, headers, API_CALL, options).then(
        ({ status }) => status,
        ({ status }) => status,
      )
    },
  }
}

function deviceLibrary(
  house: InteropHouse,
  server: oauth.AuthorizationServer,
  { client: id, method }: Device,
): DeviceLibrary {
  const [client, credentials, options] = [{ client_id: id }, AUTHENTICATION[method], trusting(house)]
  let deviceCode = ''
  return {
    async begin() {
      const scope = { scope: 'music.control' }
      const response = await oauth.deviceAuthorizationRequest(server, client, credentials, scope, options)
      const device = await oauth.processDeviceAuthorizationResponse(server, client, response)
      deviceCode = device.device_code
      return device
    },
    async ask() {
      const response = await oauth.deviceCodeGrantRequest(server, client, credentials, deviceCode, options)
      return ours(await oauth.processDeviceCodeResponse(server, client, response))
    },
    async refresh({ refresh }) {
      const response = await oauth.refreshTokenGrantRequest(server, client, credentials, refresh, options)
      return ours(await oauth.processRefreshTokenResponse(server, client, response))
    },
  }
}

function ours({ access_token, refresh_token, scope }: oauth.TokenEndpointResponse): Tokens {
  return { access: access_token, refresh: refresh_token!, scope }
}

for (const [name, way] of Object.entries(WAYS)) {
  test(`oauth4webapi, which checks every answer strictly, links, refreshes and revokes with ${name}`, async (t) => {
    const house = await startInteropHouse(t)
    await showLinking(t, house, library(house, await discover(house), way), way)
  })
}

test('oauth4webapi understands every way in which a link can be refused', async (t) => {
  const house = await startInteropHouse(t)
  const server = await discover(house)
  await showRefusals(t, house, () => library(house, server, WAYS['HTTP Basic and PKCE']!))

  const wrong = oauth.ClientSecretBasic('wrong')
  const client = { client_id: 'basic' }
  const response = await oauth.refreshTokenGrantRequest(server, client, wrong, 'x', trusting(house))
  await t.throwsAsync(oauth.processRefreshTokenResponse(server, client, response), {
    instanceOf: oauth.WWWAuthenticateChallengeError,
  })
})

test('oauth4webapi takes no code from another issuer', async (t) => {
  const house = await startInteropHouse(t)
  const client = library(house, await discover(house), WAYS['HTTP Basic and PKCE']!)
  const callback = new URL(await signIn(house, await client.authorizationUrl()))
  callback.searchParams.set('iss', 'https://evil.example')
  t.regex(await failure(client.exchange(callback.href)), /unexpected "iss"/)
})

test('oauth4webapi learns from a 401 where tokens for the API come from', async (t) => {
  const house = await startInteropHouse(t)
  const resource = new URL(`${house.issuer}/api`)
  const refused = await t.throwsAsync<oauth.WWWAuthenticateChallengeError>(
    oauth.protectedResourceRequest('x'.repeat(43), 'POST', resource, undefined, API_CALL, trusting(house)),
    { instanceOf: oauth.WWWAuthenticateChallengeError },
  )
  const challenge = refused?.cause[0]
  t.is(challenge?.scheme, 'bearer')
  const described = await oauth.resourceDiscoveryRequest(resource, trusting(house))
  t.is(challenge?.parameters.resource_metadata, described.url)
  const metadata = await oauth.processResourceDiscoveryResponse(resource, described)
  t.deepEqual(metadata.authorization_servers, [(await discover(house)).issuer])
})

for (const [name, device] of Object.entries(DEVICES)) {
  test(`oauth4webapi links a device with ${name}`, async (t) => {
    const house = await startInteropHouse(t)
    await showDevice(t, house, deviceLibrary(house, await discover(house), device), device)
  })
}

test('oauth4webapi hears when a device was denied, or nobody answered in time', async (t) => {
  const house = await startInteropHouse(t)
  await showDeviceRefusals(t, house, deviceLibrary(house, await discover(house), DEVICES['no secret']!))
})
