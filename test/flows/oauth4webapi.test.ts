import test from 'ava'
import * as oauth from 'oauth4webapi'
import { type RequestInit as UndiciInit, fetch as undiciFetch } from 'undici'
import { Browser } from '../support/browser.ts'
import { ADA, ISSUER, JAPAN, startTestHouse, type TestHouse } from '../support/gateway.ts'
import { callApi } from '../support/linking.ts'

/** What the client knows of the server: the endpoints are at the gateway's own port. */
function serverAt({ port }: TestHouse): oauth.AuthorizationServer {
  const base = `https://localhost:${port}/alexa`
  return {
    issuer: ISSUER,
    authorization_endpoint: `${base}/authorize`,
    token_endpoint: `${base}/token`,
    authorization_response_iss_parameter_supported: true,
  }
}

/** The client is as it comes, but for the CA that it trusts. */
function trusting(house: TestHouse) {
  const { dispatcher } = new Browser(house)
  const fetch = (url: string, init: object) => undiciFetch(url, { ...(init as UndiciInit), dispatcher })
  return { [oauth.customFetch]: fetch as unknown as typeof globalThis.fetch }
}

for (const [name, authenticate] of Object.entries({
  'HTTP Basic': oauth.ClientSecretBasic,
  'credentials in the body': oauth.ClientSecretPost,
})) {
  test(`oauth4webapi, which checks every response strictly, links, refreshes and calls with ${name}`, async (t) => {
    const house = await startTestHouse(t)
    const server = serverAt(house)
    const client: oauth.Client = { client_id: 'amazon-alexa' }
    const credentials = authenticate(house.secrets.alexa)
    const verifier = oauth.generateRandomCodeVerifier()
    const state = oauth.generateRandomState()

    const url = new URL(server.authorization_endpoint!)
    url.search = new URLSearchParams({
      client_id: client.client_id,
      redirect_uri: JAPAN,
      response_type: 'code',
      scope: 'music.read music.control',
      state,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }).toString()
    const browser = new Browser(house)
    const page = await browser.open(url.pathname + url.search)
    const { location } = await browser.submit(page, { username: ADA.name, password: ADA.password })

    const parameters = oauth.validateAuthResponse(server, client, new URL(location), state)
    const exchanged = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      credentials,
      parameters,
      JAPAN,
      verifier,
      trusting(house),
    )
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, exchanged)
    t.is(tokens.scope, 'music.read music.control')
    t.is((await callApi(house, tokens.access_token)).status, 200)

    const asked = await oauth.refreshTokenGrantRequest(
      server,
      client,
      credentials,
      tokens.refresh_token!,
      trusting(house),
    )
    const refreshed = await oauth.processRefreshTokenResponse(server, client, asked)
    t.is(refreshed.refresh_token, tokens.refresh_token)
    t.is((await callApi(house, refreshed.access_token)).status, 200)
  })
}

test('oauth4webapi understands every way in which a link can be refused', async (t) => {
  const house = await startTestHouse(t)
  const server = serverAt(house)
  const client: oauth.Client = { client_id: 'amazon-alexa' }
  const browser = new Browser(house)
  const query = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: JAPAN,
    response_type: 'code',
    state: 'abc',
  })
  const denied = await browser.submit(await browser.open(`/alexa/authorize?${query}`), {}, 'deny')
  t.throws(() => oauth.validateAuthResponse(server, client, new URL(denied.location), 'abc'), {
    instanceOf: oauth.AuthorizationResponseError,
    message: /authorization response/,
  })

  const wrong = oauth.ClientSecretBasic('wrong')
  const response = await oauth.refreshTokenGrantRequest(server, client, wrong, 'x', trusting(house))
  await t.throwsAsync(oauth.processRefreshTokenResponse(server, client, response), {
    instanceOf: oauth.WWWAuthenticateChallengeError,
  })

  const right = oauth.ClientSecretBasic(house.secrets.alexa)
  const unknown = await oauth.refreshTokenGrantRequest(server, client, right, 'x', trusting(house))
  const error = await t.throwsAsync<oauth.ResponseBodyError>(oauth.processRefreshTokenResponse(server, client, unknown))
  t.is(error?.error, 'invalid_grant')
})
