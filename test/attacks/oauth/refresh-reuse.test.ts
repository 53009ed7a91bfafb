import test from 'ava'
import { handleToken } from '../../../src/oauth/endpoints/handle-token.ts'
import { refreshTokens } from '../../../src/oauth/grants/refresh-tokens.ts'
import { PUBLIC_CLIENT } from '../../support/grants.ts'
import { AS_CLIENT, AS_PHONE, issueTokens, openServer, postForm } from '../../support/server.ts'

const GRACE = PUBLIC_CLIENT.lifetimes.refreshGrace

type Server = Awaited<ReturnType<typeof openServer>>['server']

function refresh(server: Server, token: string, as: Record<string, string> = AS_PHONE) {
  return postForm(server, handleToken, { grant_type: 'refresh_token', refresh_token: token, ...as })
}

test('36. within the grace an old refresh token gives the same successor again, and the grant lives', async (t) => {
  const { server, advance } = await openServer(t)
  const first = await issueTokens(server, PUBLIC_CLIENT)
  const second = await refresh(server, first.refresh)
  for (const wait of [0, GRACE / 2, GRACE / 2]) {
    advance(wait)
    const retry = await refresh(server, first.refresh)
    t.is(retry.status, 200)
    t.is(retry.json.refresh_token, second.json.refresh_token)
    t.truthy(await server.accessTokens.find(retry.json.access_token))
  }
  t.is((await refresh(server, second.json.refresh_token)).status, 200)
})

test('36. a moment after the grace it is refused, and all that came from the grant ends at once', async (t) => {
  const { server, store, events, advance } = await openServer(t)
  const first = await issueTokens(server, PUBLIC_CLIENT)
  const other = await issueTokens(server, PUBLIC_CLIENT)
  const second = await refresh(server, first.refresh)
  advance(GRACE)
  t.is((await refresh(server, first.refresh)).status, 200, 'at its last moment')
  t.truthy(await server.accessTokens.find(second.json.access_token), 'the cache knows it')
  advance(1)
  const reuse = await refresh(server, first.refresh)
  t.is(reuse.status, 400)
  t.is(reuse.json.error, 'invalid_grant')
  t.deepEqual(reuse.json, (await refresh(server, 'A'.repeat(43))).json, 'the thief learns nothing')

  t.is(await store.get('grant', first.grant), undefined)
  for (const token of [first.access, second.json.access_token]) t.is(await server.accessTokens.find(token), undefined)
  t.is((await refresh(server, second.json.refresh_token)).json.error, 'invalid_grant', 'whoever has it: thief or owner')
  t.truthy(await server.accessTokens.find(other.access), 'another link lives on')
  t.is((await refresh(server, other.refresh)).status, 200)

  const noted = events.filter(({ event }) => event === 'refresh_token_reused')
  t.deepEqual(noted, [
    {
      event: 'refresh_token_reused',
      address: '192.0.2.1',
      user: 'ada',
      client: 'phone',
      grant: first.grant,
      detail: 'after its grace: its grant is revoked',
    },
  ])
})

test('36. of 20 uses of one refresh token at the same moment all get one successor, which works', async (t) => {
  const { server, store } = await openServer(t)
  const first = await issueTokens(server, PUBLIC_CLIENT)
  const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(server, first.refresh)))
  t.deepEqual([...new Set(answers.map(({ status }) => status))], [200])
  const [successor, ...more] = new Set(answers.map(({ json }) => json.refresh_token))
  t.deepEqual(more, [])
  for (const { json } of answers) t.truthy(await server.accessTokens.find(json.access_token))
  t.truthy(await store.get('grant', first.grant))
  t.is((await refresh(server, successor)).status, 200)
})

test('36. a successor has a successor of its own, and reuse of either of its predecessors ends the grant', async (t) => {
  for (const old of [0, 1]) {
    const { server, store, advance } = await openServer(t)
    const { refresh: first, grant } = await issueTokens(server, PUBLIC_CLIENT)
    const tokens = [first]
    for (let time = 0; time < 3; time++) {
      advance(2 * GRACE)
      tokens.push((await refresh(server, tokens.at(-1)!)).json.refresh_token)
    }
    t.is(new Set(tokens).size, 4)
    t.truthy(await store.get('grant', grant))
    t.is((await refresh(server, tokens[old]!)).json.error, 'invalid_grant')
    t.is(await store.get('grant', grant), undefined)
    t.is((await refresh(server, tokens[3]!)).json.error, 'invalid_grant')
  }
})

test('36. somebody who could not have used the token ends nothing with it: another client, or one without a secret', async (t) => {
  const confidential = { ...PUBLIC_CLIENT, id: 'tv', refresh: 'rotate' as const }
  const { server, store, advance } = await openServer(t, [PUBLIC_CLIENT, confidential])
  const { refresh: token, grant } = await issueTokens(server, PUBLIC_CLIENT)
  await refresh(server, token)
  advance(GRACE + 1)
  t.is((await refresh(server, token, { client_id: 'tv' })).json.error, 'invalid_grant')
  t.is((await refresh(server, token, { ...AS_PHONE, client_secret: 'x' })).json.error, 'invalid_client')
  t.truthy(await store.get('grant', grant))
  t.is((await refresh(server, token)).json.error, 'invalid_grant')
  t.is(await store.get('grant', grant), undefined)
})

test('36. without a grace the second use ends the grant, unless it is of the very same moment', async (t) => {
  const strict = { ...PUBLIC_CLIENT, lifetimes: { ...PUBLIC_CLIENT.lifetimes, refreshGrace: 0 } }
  const { server, store, advance } = await openServer(t, [strict])
  const { refresh: token, grant } = await issueTokens(server, strict)
  const second = await refresh(server, token)
  t.is((await refresh(server, token)).json.refresh_token, second.json.refresh_token)
  advance(1)
  t.is((await refresh(server, token)).json.error, 'invalid_grant')
  t.is(await store.get('grant', grant), undefined)
})

test('36. a refused scope or resource neither supersedes a token nor gives anything', async (t) => {
  const { server, store, advance } = await openServer(t)
  const { refresh: token, grant } = await issueTokens(server, PUBLIC_CLIENT)
  const rows = async () => (await store.list('refresh', '', undefined, 10)).entries
  const before = await rows()
  t.is((await refresh(server, token, { ...AS_PHONE, scope: 'admin' })).json.error, 'invalid_scope')
  t.is((await refresh(server, token, { ...AS_PHONE, resource: 'https://evil.example' })).json.error, 'invalid_target')
  t.deepEqual(await rows(), before)
  advance(GRACE + 1)
  t.is((await refresh(server, token)).status, 200)
  t.truthy(await store.get('grant', grant))
})

test('36. an old token of a client that no longer rotates is refused after its grace all the same', async (t) => {
  const keeps = { ...PUBLIC_CLIENT, refresh: 'keep' as const }
  const { server, advance } = await openServer(t)
  const { refresh: token } = await issueTokens(server, PUBLIC_CLIENT)
  await refresh(server, token)
  advance(GRACE + 1)
  const parameters = { require: () => token, get: () => undefined, getAll: () => [] }
  const request = { client: keeps, parameters: parameters as never, address: undefined, known: {} }
  await t.throwsAsync(refreshTokens(server, request), { code: 'invalid_grant' })
})

test('37. a confidential client that keeps its refresh token never supersedes it', async (t) => {
  const { server, advance } = await openServer(t)
  const { refresh: token } = await issueTokens(server)
  for (let time = 0; time < 5; time++) {
    advance(2 * GRACE)
    t.is((await refresh(server, token, AS_CLIENT)).json.refresh_token, token)
  }
})
