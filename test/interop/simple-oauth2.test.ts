import { createHash, randomBytes } from 'node:crypto'
import { Agent } from 'node:https'
import test from 'ava'
import { type AccessToken, AuthorizationCode, type Options } from 'simple-oauth2'
import { CALLBACKS, type InteropHouse, SCOPES, SECRET, startInteropHouse } from './house.ts'
import { failure, type Library, showLinking, showRefusals, signIn, type Tokens, WAYS, type Way } from './linking.ts'

const AUTHENTICATION = {
  basic: { secret: SECRET, method: 'header' },
  post: { secret: SECRET, method: 'body' },
  native: { secret: '', method: 'body' },
} as const

function clientOf(house: InteropHouse, id: Way['client'], change: Partial<Options['options']> = {}): AuthorizationCode {
  const { secret, method } = AUTHENTICATION[id]
  return new AuthorizationCode({
    client: { id, secret },
    auth: {
      tokenHost: house.issuer,
      tokenPath: '/alexa/token',
      revokePath: '/alexa/revoke',
      authorizePath: '/alexa/authorize',
    },
    options: { authorizationMethod: method, ...change },
    http: { agent: new Agent({ ca: house.ca }) },
  })
}

/** The library leaves PKCE and `state` to its caller. */
function library(client: AuthorizationCode, { client: id, pkce }: Way): Library {
  const [state, verifier] = [random(), random()]
  const challenge = createHash('sha256').update(verifier).digest('base64url')
  const known = ({ access, refresh }: Tokens) => client.createToken({ access_token: access, refresh_token: refresh })
  return {
    async authorizationUrl() {
      return client.authorizeURL({
        redirect_uri: CALLBACKS[id],
        scope: SCOPES,
        state,
        ...(pkce && { code_challenge: challenge, code_challenge_method: 'S256' }),
      })
    },
    async exchange(callback) {
      const answer = new URL(callback).searchParams
      if (answer.get('error')) throw new Error(String(answer.get('error')))
      if (answer.get('state') !== state) throw new Error('the state is of another request')
      const parameters = { code: answer.get('code'), redirect_uri: CALLBACKS[id] }
      return ours(await client.getToken({ ...parameters, ...(pkce && { code_verifier: verifier }) }))
    },
    refresh: async (tokens) => ours(await known(tokens).refresh()),
    revoke: (token, hint) => known({ access: token, refresh: token }).revoke(hint),
  }
}

function ours({ token }: AccessToken): Tokens {
  return { access: token.access_token, refresh: token.refresh_token, scope: token.scope }
}

function random(): string {
  return randomBytes(32).toString('base64url')
}

for (const [name, way] of Object.entries(WAYS)) {
  test(`simple-oauth2 links, refreshes and revokes with ${name}`, async (t) => {
    const house = await startInteropHouse(t)
    await showLinking(t, house, library(clientOf(house, way.client), way), way)
  })
}

test('simple-oauth2 may also send HTTP Basic without encoding it first', async (t) => {
  const house = await startInteropHouse(t)
  const way = WAYS['HTTP Basic and PKCE']!
  const client = clientOf(house, 'basic', { credentialsEncodingMode: 'loose' })
  await showLinking(t, house, library(client, way), way)
})

test('simple-oauth2 is refused where it should be, and says why', async (t) => {
  const house = await startInteropHouse(t)
  const way = WAYS['HTTP Basic and PKCE']!
  await showRefusals(t, house, () => library(clientOf(house, 'basic'), way))
  // HTTP Basic from a client that may only send its credentials in the body.
  const confused = clientOf(house, 'post', { authorizationMethod: 'header' })
  t.regex(await failure(confused.getToken({ code: 'x', redirect_uri: CALLBACKS.post })), /invalid_client/)
})

test('simple-oauth2 gives back both of its tokens in one go', async (t) => {
  const house = await startInteropHouse(t)
  const client = clientOf(house, 'basic')
  const app = library(client, WAYS['HTTP Basic, without PKCE']!)
  const code = new URL(await signIn(house, await app.authorizationUrl())).searchParams.get('code')
  const tokens = await client.getToken({ code, redirect_uri: CALLBACKS.basic })
  t.false(tokens.expired(3500))
  t.true(tokens.expired(3700))
  await tokens.revokeAll()
  t.regex(await failure(tokens.refresh()), /invalid_grant/)
})
