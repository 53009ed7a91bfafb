import test, { type ExecutionContext } from 'ava'
import type { RegisteredClient } from '../../../src/oauth/clients/clients.ts'
import { handleIntrospect } from '../../../src/oauth/endpoints/handle-introspect.ts'
import { handleToken } from '../../../src/oauth/endpoints/handle-token.ts'
import { revokeGrant } from '../../../src/oauth/grants/grants.ts'
import { hashSecret } from '../../../src/secrets/secret.ts'
import { CLIENT, PUBLIC_CLIENT, USER } from '../../support/grants.ts'
import { AS_CLIENT, AS_PHONE, HOME, issueTokens, openServer, postForm } from '../../support/server.ts'

const ROTATING: RegisteredClient = { ...CLIENT, id: 'tv', secretHash: hashSecret('tv'), refresh: 'rotate' }
const API: RegisteredClient = {
  ...CLIENT,
  id: 'music-api',
  secretHash: hashSecret('api'),
  redirect_uris: [],
  scopes: [],
  grant_types: [],
  resource_server: true,
}
const AS_API = { client_id: 'music-api', client_secret: 'api' }
const AS_TV = { client_id: 'tv', client_secret: 'tv' }

async function open(t: ExecutionContext) {
  const opened = await openServer(t, [CLIENT, PUBLIC_CLIENT, ROTATING, API])
  const introspect = async (token: string, as: Record<string, string>, more: Record<string, string> = {}) =>
    (await postForm(opened.server, handleIntrospect, { token, ...as, ...more })).json
  return { ...opened, introspect }
}

test('a resource server learns what an access token of any client is good for', async (t) => {
  const { server, introspect, now } = await open(t)
  const begun = now()
  for (const client of [CLIENT, PUBLIC_CLIENT]) {
    const { access } = await issueTokens(server, client, { scopes: ['music.read', 'music.control'] })
    t.deepEqual(await introspect(access, AS_API), {
      active: true,
      token_type: 'Bearer',
      scope: 'music.read music.control',
      client_id: client.id,
      username: USER.name,
      sub: USER.id,
      aud: [HOME],
      iss: HOME,
      iat: Math.floor(begun / 1000),
      exp: Math.floor((begun + 3_600_000) / 1000),
    })
  }
})

test('the audience of a token is the resources that it is for', async (t) => {
  const { server, introspect } = await open(t)
  const { access } = await issueTokens(server, CLIENT, { resources: [`${HOME}/api`] })
  t.deepEqual((await introspect(access, AS_API)).aud, [`${HOME}/api`])
})

test('no resource server takes a refresh token for an access token: for it none is ever active', async (t) => {
  const { server, introspect } = await open(t)
  for (const client of [CLIENT, PUBLIC_CLIENT]) {
    const { refresh } = await issueTokens(server, client)
    t.deepEqual(await introspect(refresh, AS_API), { active: false })
    t.deepEqual(await introspect(refresh, AS_API, { token_type_hint: 'refresh_token' }), { active: false })
  }
})

test('a client learns of its own tokens, whatever kind it says they are of', async (t) => {
  const { server, introspect, now } = await open(t)
  const begun = now()
  const { access, refresh } = await issueTokens(server)
  for (const hint of ['access_token', 'refresh_token', 'nonsense']) {
    t.like(await introspect(access, AS_CLIENT, { token_type_hint: hint }), { active: true, token_type: 'Bearer' })
    const { token_type, ...found } = await introspect(refresh, AS_CLIENT, { token_type_hint: hint })
    t.is(token_type, undefined)
    t.like(found, { active: true, client_id: CLIENT.id, sub: USER.id, iss: HOME })
    t.is(found.exp, Math.floor((begun + 90 * 86_400_000) / 1000))
  }
})

test('a refresh token that was replaced is not active, its successor is', async (t) => {
  const { server, introspect } = await open(t)
  const { refresh } = await issueTokens(server, ROTATING)
  t.true((await introspect(refresh, AS_TV)).active)
  const form = { grant_type: 'refresh_token', refresh_token: refresh, ...AS_TV }
  const { json } = await postForm(server, handleToken, form)
  t.deepEqual(await introspect(refresh, AS_TV), { active: false })
  t.true((await introspect(json.refresh_token, AS_TV)).active)
})

test('nothing is active once its user is disabled or gone, or its grant is revoked, or its time is over', async (t) => {
  const { server, store, introspect, advance } = await open(t)
  const active = async ({ access, refresh }: { access: string; refresh: string }) => {
    server.accessTokens.forgetAll()
    return [
      (await introspect(access, AS_API)).active,
      (await introspect(access, AS_CLIENT)).active,
      (await introspect(refresh, AS_CLIENT)).active,
    ]
  }
  const tokens = await issueTokens(server)
  t.deepEqual(await active(tokens), [true, true, true])
  await store.put('user', USER.name, { ...USER, disabled: true })
  t.deepEqual(await active(tokens), [false, false, false])
  await store.put('user', USER.name, { ...USER, id: 'another of the same name' })
  t.deepEqual(await active(tokens), [false, false, false])
  await store.put('user', USER.name, USER)
  t.deepEqual(await active(tokens), [true, true, true])

  const revoked = await issueTokens(server)
  await revokeGrant(server, revoked.grant)
  t.deepEqual(await active(revoked), [false, false, false])

  advance(3_600_000)
  t.deepEqual(await active(tokens), [false, false, true])
  advance(90 * 86_400_000)
  t.deepEqual(await active(tokens), [false, false, false])
})

test('a scope that the client may no longer have is in neither answer', async (t) => {
  const { server, introspect } = await open(t)
  const { access, refresh } = await issueTokens(server, CLIENT, { scopes: ['music.read', 'admin'] })
  t.is((await introspect(access, AS_API)).scope, 'music.read')
  t.is((await introspect(refresh, AS_CLIENT)).scope, 'music.read')
})

test('what is no token is not active, and one that is missing or there twice is invalid_request', async (t) => {
  const { server, introspect } = await open(t)
  for (const as of [AS_API, AS_CLIENT]) {
    for (const token of ['x', 'A'.repeat(43), hashSecret('x')]) {
      t.deepEqual(await introspect(token, as), { active: false })
    }
    t.is((await introspect('', as)).error, 'invalid_request')
    const twice = await postForm(server, handleIntrospect, { token: ['a', 'b'], ...as })
    t.is(twice.json.error, 'invalid_request')
  }
})

test('a public client may not ask at all, not even about its own token', async (t) => {
  const { server } = await open(t)
  const { access } = await issueTokens(server, PUBLIC_CLIENT)
  const { status, json } = await postForm(server, handleIntrospect, { token: access, ...AS_PHONE })
  t.is(status, 401)
  t.is(json.error, 'invalid_client')
})
