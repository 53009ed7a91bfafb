import { createHash } from 'node:crypto'
import test, { type ExecutionContext } from 'ava'
import { JAPAN, startTestHouse } from '../support/gateway.ts'
import { alexaCredentials, approve, exchange, link, postToken, refresh } from '../support/linking.ts'

const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code'

const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
})

type Answer = Awaited<ReturnType<typeof postToken>>

function checkRefused(t: ExecutionContext, { status, headers, json }: Answer, error: string, what?: string): void {
  t.is(json.error, error, what)
  t.is(status, error === 'invalid_client' ? 401 : 400, what)
  t.is(typeof json.error_description, 'string', what)
  t.is(headers['content-type'], 'application/json', what)
  t.is(headers['cache-control'], 'no-store', what)
  t.is(headers.pragma, 'no-cache', what)
  if (status === 401) t.regex(String(headers['www-authenticate']), /^Basic realm="/, what)
  else t.is(headers['www-authenticate'], undefined, what)
}

test('a token response has exactly the published members, and must not be kept', async (t) => {
  const house = await startTestHouse(t)
  const { status, headers, json } = await exchange(house, (await approve(house)).get('code'))
  t.is(status, 200)
  t.is(headers['content-type'], 'application/json')
  t.is(headers['cache-control'], 'no-store')
  t.is(headers.pragma, 'no-cache')
  t.deepEqual(Object.keys(json), ['access_token', 'token_type', 'expires_in', 'refresh_token', 'scope'])
  t.is(json.token_type, 'Bearer')
  t.is(json.expires_in, 3600)
  t.is(json.scope, 'music.control user:read')
})

test('codes and tokens are 43 characters of base64url, and no two are alike', async (t) => {
  const house = await startTestHouse(t)
  const seen = new Set<string>()
  for (let time = 0; time < 5; time++) {
    const code = (await approve(house)).get('code') ?? ''
    const { json } = await exchange(house, code)
    for (const secret of [code, String(json.access_token), String(json.refresh_token)]) {
      t.regex(secret, /^[A-Za-z0-9_-]{43}$/)
      seen.add(secret)
    }
  }
  t.is(seen.size, 15)
})

test('the refresh token stays the same at a refresh, and the access token before it stays good', async (t) => {
  const house = await startTestHouse(t)
  const linked = await link(house)
  const { status, json } = await refresh(house, linked.refresh)
  t.is(status, 200)
  t.deepEqual(Object.keys(json), ['access_token', 'token_type', 'expires_in', 'refresh_token', 'scope'])
  t.is(json.refresh_token, linked.refresh)
  t.not(json.access_token, linked.access)
  t.is(json.scope, 'music.control user:read')
})

test('a client authenticates by HTTP Basic, by the body, or by both when they agree', async (t) => {
  const house = await startTestHouse(t)
  const { refresh: token } = await link(house)
  const form = { grant_type: 'refresh_token', refresh_token: token }
  const inBody = { client_id: 'amazon-alexa', client_secret: house.secrets.alexa }
  const header = basic('amazon-alexa', house.secrets.alexa)
  t.is((await postToken(house, form, header)).status, 200, 'Basic')
  t.is((await postToken(house, { ...form, ...inBody })).status, 200, 'body')
  t.is((await postToken(house, { ...form, ...inBody }, header)).status, 200, 'both')
  t.is((await postToken(house, { ...form, client_id: 'amazon-alexa' }, header)).status, 200, 'Basic and client_id')
  const lower = { authorization: header.authorization.replace('Basic', 'basic') }
  t.is((await postToken(house, form, lower)).status, 200, 'the scheme in lower case')
})

test('Basic and a body that differ are invalid_request, whichever of them is right', async (t) => {
  const house = await startTestHouse(t)
  const { refresh: token } = await link(house)
  const form = { grant_type: 'refresh_token', refresh_token: token }
  const alexa = { client_id: 'amazon-alexa', client_secret: house.secrets.alexa }
  const other = { client_id: 'other', client_secret: house.secrets.other }
  const differing: [body: Record<string, string>, header: Record<string, string>][] = [
    [alexa, basic('other', house.secrets.other)],
    [other, basic('amazon-alexa', house.secrets.alexa)],
    [{ client_id: 'other' }, basic('amazon-alexa', house.secrets.alexa)],
    [{ ...alexa, client_secret: 'wrong' }, basic('amazon-alexa', house.secrets.alexa)],
    [alexa, basic('amazon-alexa', 'wrong')],
    [{ client_secret: 'wrong' }, basic('amazon-alexa', house.secrets.alexa)],
  ]
  for (const [body, header] of differing) {
    checkRefused(t, await postToken(house, { ...form, ...body }, header), 'invalid_request', JSON.stringify(body))
  }
})

test('a client that is unknown, or whose secret is wrong or missing, is invalid_client with status 401', async (t) => {
  const house = await startTestHouse(t)
  const { refresh: token } = await link(house)
  const form = { grant_type: 'refresh_token', refresh_token: token }
  const { alexa } = house.secrets
  const bodies: Record<string, string>[] = [
    {},
    { client_id: 'amazon-alexa' },
    { client_id: 'amazon-alexa', client_secret: 'wrong' },
    { client_id: 'nobody', client_secret: alexa },
    { client_secret: alexa },
  ]
  for (const body of bodies) {
    checkRefused(t, await postToken(house, { ...form, ...body }), 'invalid_client', JSON.stringify(body))
  }
  const headers = [basic('amazon-alexa', 'wrong'), basic('nobody', alexa), basic('', alexa), basic('amazon-alexa', '')]
  const malformed = ['Basic', 'Basic ', 'Basic !!!', `Bearer ${alexa}`, 'Basic YW1hem9uLWFsZXhh']
  for (const header of [...headers, ...malformed.map((authorization) => ({ authorization }))]) {
    checkRefused(t, await postToken(house, form, header), 'invalid_client', header.authorization)
  }
})

test('each other error of the token endpoint has its code and status 400', async (t) => {
  const house = await startTestHouse(t)
  const { refresh: token } = await link(house)
  const code = (await approve(house)).get('code')
  const never = 'A'.repeat(43)
  const answers: [Answer, string][] = [
    [await exchange(house, code, { grant_type: undefined }), 'invalid_request'],
    [await exchange(house, code, { grant_type: 'password' }), 'unsupported_grant_type'],
    [await exchange(house, code, { grant_type: 'client_credentials' }), 'unsupported_grant_type'],
    [await exchange(house, code, { grant_type: 'toString' }), 'unsupported_grant_type'],
    [await exchange(house, code, { code: undefined }), 'invalid_request'],
    [await exchange(house, code, { redirect_uri: undefined }), 'invalid_request'],
    [await exchange(house, never), 'invalid_grant'],
    [await exchange(house, 'not a code'), 'invalid_grant'],
    [await refresh(house, token, { refresh_token: undefined }), 'invalid_request'],
    [await refresh(house, never), 'invalid_grant'],
    [await refresh(house, 'not a token'), 'invalid_grant'],
    [await refresh(house, token, { scope: 'music.read' }), 'invalid_scope'],
    [await refresh(house, token, { client_id: 'phone', client_secret: undefined }), 'invalid_grant'],
    [await refresh(house, token, { resource: 'https://evil.example' }), 'invalid_target'],
    [await postToken(house, { grant_type: DEVICE_CODE, ...alexaCredentials(house) }), 'unauthorized_client'],
  ]
  for (const [answer, error] of answers) checkRefused(t, answer, error)
})

test('a code asked for with a challenge is exchanged with its verifier', async (t) => {
  const house = await startTestHouse(t)
  const code_verifier = 'a-verifier.of~forty_three-characters-or-more'
  const code_challenge = createHash('sha256').update(code_verifier).digest('base64url')
  const code = (await approve(house, { code_challenge, code_challenge_method: 'S256' })).get('code')
  const form = { grant_type: 'authorization_code', code: code ?? '', redirect_uri: JAPAN, code_verifier }
  t.is((await postToken(house, form, basic('amazon-alexa', house.secrets.alexa))).status, 200)
})
