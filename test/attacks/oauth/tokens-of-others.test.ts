import test, { type ExecutionContext } from 'ava'
import type { RegisteredClient } from '../../../src/oauth/clients/clients.ts'
import { handleIntrospect } from '../../../src/oauth/endpoints/handle-introspect.ts'
import { handleRevoke } from '../../../src/oauth/endpoints/handle-revoke.ts'
import { handleToken } from '../../../src/oauth/endpoints/handle-token.ts'
import { hashSecret } from '../../../src/secrets/secret.ts'
import { CLIENT, PUBLIC_CLIENT } from '../../support/grants.ts'
import { AS_CLIENT, AS_PHONE, issueTokens, openServer, postForm } from '../../support/server.ts'

const OTHER: RegisteredClient = { ...CLIENT, id: 'other', secretHash: hashSecret('other') }
const AS_OTHER = { client_id: 'other', client_secret: 'other' }

async function open(t: ExecutionContext) {
  const opened = await openServer(t, [CLIENT, PUBLIC_CLIENT, OTHER])
  const { server } = opened
  return {
    ...opened,
    revoke: (token: string, as: Record<string, string>) => postForm(server, handleRevoke, { token, ...as }),
    refresh: (token: string, as: Record<string, string> = AS_CLIENT) =>
      postForm(server, handleToken, { grant_type: 'refresh_token', refresh_token: token, ...as }),
  }
}

test("44. a client that revokes another's token is answered 200, and nothing has happened", async (t) => {
  const { server, store, revoke, refresh, events } = await open(t)
  for (const as of [AS_OTHER, AS_PHONE]) {
    const tokens = await issueTokens(server)
    for (const token of [tokens.refresh, tokens.access]) {
      const { status, json } = await revoke(token, as)
      t.is(status, 200)
      t.deepEqual(json, {})
      t.truthy(await server.accessTokens.find(tokens.access))
      t.truthy(await store.get('grant', tokens.grant))
      t.is((await refresh(tokens.refresh)).status, 200)
    }
  }
  t.deepEqual(
    events.filter(({ event }) => event === 'revoked'),
    [],
  )
})

test('44. a token that is unknown, revoked already, expired or of no form is answered 200', async (t) => {
  const { server, revoke, advance } = await open(t)
  const { refresh, access } = await issueTokens(server)
  for (const token of ['x', 'A'.repeat(43), 'a b', refresh, refresh, access]) {
    const { status, json } = await revoke(token, AS_CLIENT)
    t.deepEqual([status, json], [200, {}], token)
  }
  const expired = await issueTokens(server)
  advance(365 * 86_400_000)
  t.is((await revoke(expired.refresh, AS_CLIENT)).status, 200)
})

test("44. revoking a refresh token ends its grant's access tokens at once, and no other link", async (t) => {
  const { server, store, revoke, refresh, events } = await open(t)
  const [tokens, other] = [await issueTokens(server), await issueTokens(server)]
  const { json } = await refresh(tokens.refresh)
  for (const token of [tokens.access, json.access_token]) {
    t.truthy(await server.accessTokens.find(token), 'the cache knows it')
  }
  t.is((await revoke(tokens.refresh, AS_CLIENT)).status, 200)
  for (const token of [tokens.access, json.access_token]) t.is(await server.accessTokens.find(token), undefined)
  t.is(await store.get('grant', tokens.grant), undefined)
  t.is((await refresh(tokens.refresh)).json.error, 'invalid_grant')
  t.truthy(await server.accessTokens.find(other.access))
  t.is((await refresh(other.refresh)).status, 200)

  const about = { address: '192.0.2.1', user: 'ada', client: CLIENT.id, grant: tokens.grant }
  t.deepEqual(
    events.filter(({ event }) => event === 'revoked'),
    [{ event: 'revoked', ...about, detail: 'by its client: refresh token' }],
  )
})

test('44. revoking an access token ends that one alone', async (t) => {
  const { server, revoke, refresh } = await open(t)
  const tokens = await issueTokens(server)
  const { json } = await refresh(tokens.refresh)
  t.truthy(await server.accessTokens.find(tokens.access), 'the cache knows it')
  t.is((await revoke(tokens.access, AS_CLIENT)).status, 200)
  t.is(await server.accessTokens.find(tokens.access), undefined)
  t.truthy(await server.accessTokens.find(json.access_token))
  t.is((await refresh(tokens.refresh)).status, 200)
})

test('44. a public client revokes its own tokens, also an old one that was replaced', async (t) => {
  const { server, store, revoke, refresh } = await open(t)
  const tokens = await issueTokens(server, PUBLIC_CLIENT)
  const { json } = await refresh(tokens.refresh, AS_PHONE)
  t.is((await revoke(tokens.refresh, AS_PHONE)).status, 200)
  t.is(await store.get('grant', tokens.grant), undefined)
  t.is((await refresh(json.refresh_token, AS_PHONE)).json.error, 'invalid_grant')
})

test('44. whoever is no client, or gives no token, revokes nothing and hears so', async (t) => {
  const { server, store, revoke } = await open(t)
  const { refresh, grant } = await issueTokens(server)
  const strangers: Record<string, string>[] = [{}, { client_id: CLIENT.id }, { ...AS_CLIENT, client_secret: 'x' }]
  for (const as of strangers) {
    const { status, json, headers } = await revoke(refresh, as)
    t.is(status, 401)
    t.is(json.error, 'invalid_client')
    t.regex(String(headers['WWW-Authenticate']), /^Basic /)
  }
  t.is((await revoke('', AS_CLIENT)).json.error, 'invalid_request')
  t.truthy(await store.get('grant', grant))
})

test('45. introspection without credentials, or with wrong ones, is answered 401', async (t) => {
  const { server } = await open(t)
  const { access } = await issueTokens(server)
  const strangers: Record<string, string>[] = [
    {},
    { client_id: CLIENT.id },
    { ...AS_CLIENT, client_secret: 'x' },
    { client_id: 'nobody', client_secret: 'x' },
    AS_PHONE,
  ]
  for (const as of strangers) {
    const { status, json, headers } = await postForm(server, handleIntrospect, { token: access, ...as })
    t.is(status, 401, JSON.stringify(as))
    t.is(json.error, 'invalid_client')
    t.regex(String(headers['WWW-Authenticate']), /^Basic /)
  }
})

test("45. another client's token is not active for an ordinary client, no more than one that never was", async (t) => {
  const { server } = await open(t)
  for (const client of [CLIENT, PUBLIC_CLIENT]) {
    const { access, refresh } = await issueTokens(server, client)
    for (const token of [access, refresh, 'A'.repeat(43)]) {
      const { status, json } = await postForm(server, handleIntrospect, { token, ...AS_OTHER })
      t.is(status, 200)
      t.deepEqual(json, { active: false })
    }
  }
})
