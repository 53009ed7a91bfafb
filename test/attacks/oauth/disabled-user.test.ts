import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { openKeyvStore } from '../../../src/store/keyv-store.ts'
import { disableUser, enableUser } from '../../../src/users/users.ts'
import { Browser } from '../../support/browser.ts'
import { exactRequest, FORM } from '../../support/exact-request.ts'
import { ADA, startTestHouse, type TestHouse } from '../../support/gateway.ts'
import { alexaCredentials, approve, callApi, exchange, link, openAuthorize, refresh } from '../../support/linking.ts'
import { exchangeRaw, openRaw, rawRequest, UPGRADE } from '../../support/raw-client.ts'

/** Switches Ada off and on from another process's connection, as the command does. */
async function fromElsewhere(t: ExecutionContext, house: TestHouse) {
  const store = await openKeyvStore(join(house.folder, 'data', 'skillgate.db'), house.now)
  t.teardown(() => store.close())
  return { disable: () => disableUser(store, ADA.name), enable: () => enableUser(store, ADA.name) }
}

async function isActive(house: TestHouse, token: string): Promise<boolean> {
  const body = new URLSearchParams({ ...alexaCredentials(house), token }).toString()
  const { text } = await exactRequest(house, { method: 'POST', path: '/alexa/introspect', headers: FORM, body })
  return JSON.parse(text).active
}

test('39. disabling a user stops refresh, access, codes and userinfo at once, and enabling brings all back', async (t) => {
  const house = await startTestHouse(t)
  const { disable, enable } = await fromElsewhere(t, house)
  const linked = await link(house)
  const code = (await approve(house)).get('code')
  const userinfo = () =>
    exactRequest(house, { path: '/alexa/userinfo', headers: { authorization: `Bearer ${linked.access}` } })
  t.is((await callApi(house, linked.access)).status, 200, 'the cache knows the token')

  await disable()
  const call = await callApi(house, linked.access)
  t.is(call.status, 401)
  t.is(call.json.error, 'invalid_token')
  t.is((await userinfo()).status, 401)
  const refused = await refresh(house, linked.refresh)
  t.is(refused.status, 400)
  t.is(refused.json.error, 'invalid_grant')
  t.is((await exchange(house, code)).json.error, 'invalid_grant')
  for (const token of [linked.access, linked.refresh]) t.false(await isActive(house, token))

  await enable()
  t.is((await callApi(house, linked.access)).status, 200)
  t.is((await userinfo()).status, 200)
  t.is((await refresh(house, linked.refresh)).status, 200)
  t.is((await exchange(house, code)).status, 200)
  for (const token of [linked.access, linked.refresh]) t.true(await isActive(house, token))
})

test('39. somebody disabled cannot sign in, and the page does not tell that from a wrong password', async (t) => {
  const house = await startTestHouse(t)
  const browser = new Browser(house)
  const page = await openAuthorize(house, {}, browser)
  const wrong = await browser.submit(page, { username: ADA.name, password: 'wrong' })
  await (await fromElsewhere(t, house)).disable()
  const right = await browser.submit(page, { username: ADA.name, password: ADA.password })
  t.is(right.status, 400)
  t.is(right.text, wrong.text)
})

test('39. a WebSocket of somebody who is disabled is closed, and no new one opened', async (t) => {
  const house = await startTestHouse(t)
  const { access } = await link(house)
  const client = await openRaw(house)
  const handshake = rawRequest('GET /ws', [`Authorization: Bearer ${access}`, ...UPGRADE])
  client.send(handshake)
  t.is((await client.answer()).status, 101)
  await (await fromElsewhere(t, house)).disable()
  t.is((await exchangeRaw(house, handshake)).status, 401)
  await client.closed
  t.pass()
})
