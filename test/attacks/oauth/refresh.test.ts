import test from 'ava'
import { restart, startTestHouse, type TestHouse } from '../../support/gateway.ts'
import { callApi, link, linkPhone, postToken, refresh } from '../../support/linking.ts'

test('37. a confidential client can use one refresh token 100 times, and each time gets a new access token', async (t) => {
  const house = await startTestHouse(t)
  const linked = await link(house)
  const seen = new Set([linked.access])
  for (let time = 0; time < 100; time++) {
    house.advance(30_000)
    const { status, json } = await refresh(house, linked.refresh)
    t.is(status, 200)
    t.is(json.refresh_token, linked.refresh)
    seen.add(String(json.access_token))
  }
  t.is(seen.size, 101)
  for (const token of seen) t.is((await callApi(house, token)).status, 200)
})

test('37. a refresh token used 20 times at the same moment works each time', async (t) => {
  const house = await startTestHouse(t)
  const linked = await link(house)
  house.advance(3600_000)
  const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(house, linked.refresh)))
  for (const { status, json } of answers) {
    t.is(status, 200)
    t.is((await callApi(house, String(json.access_token))).status, 200)
  }
})

test('38. a wider scope at a refresh is invalid_scope, also one that the client may ask for elsewhere', async (t) => {
  const house = await startTestHouse(t)
  const linked = await link(house, { scope: 'music.control' })
  for (const scope of [
    'music.control music.read',
    'music.read',
    'user:read',
    'admin',
    'music.control  admin',
    'MUSIC.CONTROL',
  ]) {
    const { status, json } = await refresh(house, linked.refresh, { scope })
    t.is(status, 400, scope)
    t.is(json.error, 'invalid_scope', scope)
  }
  t.is((await refresh(house, linked.refresh, { scope: 'music.control' })).status, 200)
})

test('38. a narrower scope at a refresh is narrowed, and a later refresh may have the full one again', async (t) => {
  const house = await startTestHouse(t)
  const linked = await link(house, { scope: 'music.control user:read' })
  const narrow = await refresh(house, linked.refresh, { scope: 'user:read' })
  t.is(narrow.status, 200)
  t.is(narrow.json.scope, 'user:read')
  t.is((await callApi(house, String(narrow.json.access_token))).status, 403)

  for (const scope of [undefined, '', 'user:read music.control']) {
    const full = await refresh(house, linked.refresh, { scope })
    t.is(full.status, 200)
    t.deepEqual(String(full.json.scope).split(' ').sort(), ['music.control', 'user:read'])
    t.is((await callApi(house, String(full.json.access_token))).status, 200)
  }
  t.is((await callApi(house, String(narrow.json.access_token))).status, 403, 'a narrow token stays narrow')
})

function refreshPhone(house: TestHouse, token: unknown) {
  const form = { grant_type: 'refresh_token', client_id: 'phone', refresh_token: String(token) }
  return postToken(house, form)
}

test('36. a restart between a refresh and its retry changes nothing: the same successor within the grace', async (t) => {
  const house = await startTestHouse(t)
  const linked = await linkPhone(house)
  const before = await refreshPhone(house, linked.refresh)
  t.is(before.status, 200)
  t.not(before.json.refresh_token, linked.refresh)
  const again = await restart(t, house)
  house.advance(60_000)
  const retry = await refreshPhone(again, linked.refresh)
  t.is(retry.json.refresh_token, before.json.refresh_token)
  t.is((await refreshPhone(again, retry.json.refresh_token)).status, 200)
})

test('36. a restart does not forget that a refresh token was used: after the grace its grant is revoked', async (t) => {
  const house = await startTestHouse(t)
  const linked = await linkPhone(house)
  const { json } = await refreshPhone(house, linked.refresh)
  const again = await restart(t, house)
  house.advance(60_001)
  t.is((await refreshPhone(again, linked.refresh)).json.error, 'invalid_grant')
  t.is((await refreshPhone(again, json.refresh_token)).json.error, 'invalid_grant')
  t.is((await callApi(again, String(json.access_token))).status, 401)
  t.like(
    house.events().find(({ event }) => event === 'refresh_token_reused'),
    { address: '127.0.0.1', user: 'ada', client: 'phone', detail: 'after its grace: its grant is revoked' },
  )
})
