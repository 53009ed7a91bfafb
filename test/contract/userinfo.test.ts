import test from 'ava'
import { exactRequest } from '../support/exact-request.ts'
import { ADA, ISSUER, startTestHouse, type TestHouse } from '../support/gateway.ts'
import { approve, callApi, exchange, link, refresh } from '../support/linking.ts'
import { issueToken } from '../support/tokens.ts'

function ask(house: TestHouse, token?: string, method = 'GET') {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return exactRequest(house, { method, path: '/alexa/userinfo', headers })
}

test('userinfo says who the user of a token is, by GET and by POST, and no more', async (t) => {
  const house = await startTestHouse(t)
  const { access } = await link(house, { scope: 'user:read' })
  const user = await house.prepared.store.get('user', ADA.name)
  for (const method of ['GET', 'POST']) {
    const { status, headers, text } = await ask(house, access, method)
    t.is(status, 200)
    t.is(headers['content-type'], 'application/json')
    t.is(headers['cache-control'], 'no-store')
    t.deepEqual(JSON.parse(text), { sub: user?.id, name: ADA.displayName, preferred_username: ADA.name })
  }
})

test('userinfo tells the e-mail address of somebody who has one, and claims nothing of it; upstreams get none', async (t) => {
  const house = await startTestHouse(t)
  const { store } = house.prepared
  const { access } = await link(house, { scope: 'user:read music.control' })
  const user = await store.get('user', ADA.name)
  await store.put('user', ADA.name, { ...user!, email: 'ada@example.com' })
  const told = JSON.parse((await ask(house, access)).text)
  t.deepEqual(Object.keys(told), ['sub', 'name', 'preferred_username', 'email'])
  t.is(told.email, 'ada@example.com')
  t.is((await callApi(house, access)).status, 200)
  t.notRegex(JSON.stringify(house.music.requests), /ada@example/)
  t.is((await ask(house, await issueToken(house, ['music.read']))).status, 403)
})

test('userinfo without a token is 401, with a bad one 401 invalid_token, without the scope 403', async (t) => {
  const house = await startTestHouse(t)
  const metadata = `resource_metadata="${ISSUER}/.well-known/oauth-protected-resource/alexa/userinfo"`
  const scope = 'scope="user:read"'
  const challenges: [token: string | undefined, status: number, error: string | undefined, challenge: string][] = [
    [undefined, 401, 'unauthorized', `Bearer realm="skillgate", ${scope}, ${metadata}`],
    ['A'.repeat(43), 401, 'invalid_token', `error="invalid_token"`],
    [await issueToken(house, ['music.read', 'music.control']), 403, 'insufficient_scope', 'error="insufficient_scope"'],
  ]
  for (const [token, expected, error, challenge] of challenges) {
    const { status, headers, text } = await ask(house, token)
    t.is(status, expected)
    t.is(JSON.parse(text).error, error)
    const sent = headers['www-authenticate'] ?? ''
    // Beside what the token has.
    const named = expected === 403 ? 'scope="music.read music.control user:read"' : scope
    for (const part of [challenge, named, metadata]) t.true(sent.includes(part), sent)
  }
})

test('a token for a part of the server does not tell who its user is', async (t) => {
  const house = await startTestHouse(t)
  const { json } = await exchange(house, (await approve(house, { scope: 'user:read' })).get('code'))
  const part = await refresh(house, json.refresh_token, { resource: `${ISSUER}/api` })
  t.is((await ask(house, String(json.access_token))).status, 200)
  const { status, text } = await ask(house, String(part.json.access_token))
  t.is(status, 401)
  t.is(JSON.parse(text).error, 'invalid_token')
})

test('HEAD is answered as GET is, without the body, and other methods not at all', async (t) => {
  const house = await startTestHouse(t)
  const { access } = await link(house, { scope: 'user:read' })
  const { status, text } = await ask(house, access, 'HEAD')
  t.deepEqual([status, text], [200, ''])
  for (const method of ['PUT', 'DELETE', 'OPTIONS']) t.is((await ask(house, access, method)).status, 405)
})
