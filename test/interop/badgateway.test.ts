import { generateCodeVerifier, OAuth2Client, OAuth2Fetch, type OAuth2Token } from '@badgateway/oauth2-client'
import test from 'ava'
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
  basic: { clientSecret: SECRET, authenticationMethod: 'client_secret_basic' },
  post: { clientSecret: SECRET, authenticationMethod: 'client_secret_post' },
  native: {},
} as const

type Settings = ConstructorParameters<typeof OAuth2Client>[0]

/** It discovers the endpoints when it needs the first one. */
function clientOf(house: InteropHouse, clientId: string, settings: Partial<Settings>): OAuth2Client {
  return new OAuth2Client({ server: house.issuer, clientId, fetch: trustingFetch(house), ...settings })
}

async function library(house: InteropHouse, { client: id, pkce }: Way): Promise<Library> {
  const client = clientOf(house, id, AUTHENTICATION[id])
  const state = await generateCodeVerifier()
  const request = { redirectUri: CALLBACKS[id], state, codeVerifier: pkce ? await generateCodeVerifier() : undefined }
  return {
    authorizationUrl: () => client.authorizationCode.getAuthorizeUri({ ...request, scope: SCOPES }),
    exchange: async (callback) => ours(await client.authorizationCode.getTokenFromCodeRedirect(callback, request)),
    refresh: async (tokens) => ours(await client.refreshToken(theirs(tokens))),
    revoke: (token, hint) => client.revoke(theirs({ access: token, refresh: token }), hint),
    introspect: (token) => client.introspect(theirs({ access: token, refresh: token })),
  }
}

function ours({ accessToken, refreshToken, scope }: OAuth2Token): Tokens {
  return { access: accessToken, refresh: refreshToken!, scope: scope?.join(' ') }
}

function theirs({ access, refresh }: Tokens): OAuth2Token {
  return { accessToken: access, refreshToken: refresh, expiresAt: null }
}

for (const [name, way] of Object.entries(WAYS)) {
  test(`@badgateway/oauth2-client discovers the server, links, refreshes and revokes with ${name}`, async (t) => {
    const house = await startInteropHouse(t)
    await showLinking(t, house, await library(house, way), way)
  })
}

test('@badgateway/oauth2-client authenticates by what the metadata offers, if it is told nothing', async (t) => {
  const house = await startInteropHouse(t)
  const client = clientOf(house, 'basic', { clientSecret: SECRET })
  t.regex(await failure(client.refreshToken(theirs({ access: '', refresh: 'x'.repeat(43) }))), /invalid_grant/)
  t.is(client.settings.authenticationMethod, 'client_secret_basic')
})

test('@badgateway/oauth2-client is refused where it should be, and says why', async (t) => {
  const house = await startInteropHouse(t)
  const clients = await Promise.all([1, 2, 3].map(() => library(house, WAYS['HTTP Basic and PKCE']!)))
  await showRefusals(t, house, () => clients.pop()!)
  const impostor = clientOf(house, 'basic', { ...AUTHENTICATION.basic, clientSecret: 'wrong' })
  t.regex(await failure(impostor.refreshToken(theirs({ access: '', refresh: 'x' }))), /invalid_client/)
})

test('@badgateway/oauth2-client refreshes by itself when the API says 401', async (t) => {
  const house = await startInteropHouse(t)
  const client = clientOf(house, 'native', AUTHENTICATION.native)
  const app = await library(house, WAYS['PKCE and no secret']!)
  const tokens = await app.exchange(await signIn(house, await app.authorizationUrl()))
  await app.revoke?.(tokens.access, 'access_token')

  const stored: OAuth2Token[] = []
  const api = new OAuth2Fetch({
    client,
    getNewToken: () => null,
    getStoredToken: () => theirs(tokens),
    storeToken: (token) => void stored.push(token),
    scheduleRefresh: false,
  })
  const trusting = trustingFetch(house)
  const send = async (request: Request) =>
    trusting(request.url, { method: request.method, headers: request.headers, body: await request.text() })
  const call = new Request(`${house.issuer}/api`, { method: 'POST', body: API_CALL })
  t.is((await api.mw()(call, send)).status, 200)
  t.is(stored.length, 1)
})
