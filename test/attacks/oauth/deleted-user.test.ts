import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { user as userCommand } from '../../../src/cli/user/user.ts'
import { openKeyvStore } from '../../../src/store/keyv-store.ts'
import { addUser, removeUser } from '../../../src/users/users.ts'
import { Browser } from '../../support/browser.ts'
import { testEnvironment } from '../../support/environment.ts'
import { ADA, startTestHouse, type TestHouse } from '../../support/gateway.ts'
import { approve, callApi, exchange, link, openAuthorize, refresh } from '../../support/linking.ts'

/** A second connection to the house's database, as another process has it. */
async function openSecondStore(t: ExecutionContext, house: TestHouse) {
  const store = await openKeyvStore(join(house.folder, 'data', 'skillgate.db'), house.now)
  t.teardown(() => store.close())
  return store
}

test('39. when a user is deleted in the gateway itself, refresh stops at once and access within 10 s', async (t) => {
  const house = await startTestHouse(t)
  const known = await link(house)
  const fresh = await link(house)
  t.is((await callApi(house, known.access)).status, 200)
  await removeUser(house.prepared.store, ADA.name)
  t.is((await refresh(house, known.refresh)).json.error, 'invalid_grant')
  t.is((await callApi(house, fresh.access)).status, 401)
  house.advance(10_001)
  t.is((await callApi(house, known.access)).status, 401)
})

test('39. when a user is deleted by another process, refresh and access stop at once', async (t) => {
  const house = await startTestHouse(t)
  const linked = await link(house)
  t.is((await callApi(house, linked.access)).status, 200)
  await removeUser(await openSecondStore(t, house), ADA.name)
  t.is((await callApi(house, linked.access)).status, 401)
  const { status, json } = await refresh(house, linked.refresh)
  t.is(status, 400)
  t.is(json.error, 'invalid_grant')
})

test('39. a user who was deleted cannot sign in, and the page does not tell that from a wrong password', async (t) => {
  const house = await startTestHouse(t)
  const browser = new Browser(house)
  const page = await openAuthorize(house, {}, browser)
  const wrong = await browser.submit(page, { username: ADA.name, password: 'wrong' })
  await removeUser(await openSecondStore(t, house), ADA.name)
  const gone = await browser.submit(page, { username: ADA.name, password: ADA.password })
  t.is(gone.status, 400)
  t.is(gone.text, wrong.text)
})

test('39. a code of a user who was deleted before it was exchanged is invalid_grant', async (t) => {
  const house = await startTestHouse(t)
  const code = (await approve(house)).get('code')
  await removeUser(await openSecondStore(t, house), ADA.name)
  const { status, json } = await exchange(house, code)
  t.is(status, 400)
  t.is(json.error, 'invalid_grant')
})

test('39. what a deleted user was given does not come back with a new user of the same name', async (t) => {
  const house = await startTestHouse(t)
  const linked = await link(house)
  const code = (await approve(house)).get('code')
  const store = await openSecondStore(t, house)
  await removeUser(store, ADA.name)
  await addUser(store, testEnvironment(), ADA)
  t.is((await callApi(house, linked.access)).status, 401)
  t.is((await refresh(house, linked.refresh)).json.error, 'invalid_grant')
  t.is((await exchange(house, code)).json.error, 'invalid_grant')
  const again = await link(house)
  t.is((await callApi(house, again.access)).status, 200)
})

test('39. "skillgate user remove" ends the links of that user, and nobody else\'s, while the gateway runs', async (t) => {
  const house = await startTestHouse(t)
  const bob = { name: 'bob', password: 'a password of his own' }
  await addUser(house.prepared.store, testEnvironment(), bob)
  const links = [await link(house), await link(house)]
  const browser = new Browser(house)
  const { location } = await browser.submit(await openAuthorize(house, {}, browser), {
    username: bob.name,
    password: bob.password,
  })
  const bobs = await exchange(house, new URL(location).searchParams.get('code'))
  for (const { access } of links) t.is((await callApi(house, access)).status, 200)

  const printed: string[] = []
  const world = {
    ...testEnvironment(),
    configFile: house.configFile,
    variables: {},
    print: (line: string) => printed.push(line),
    askPassword: async () => '',
    untilStopped: async () => {},
    onHangup: () => {},
  }
  t.is(await userCommand(world, 'remove', 'Ada'), 0)
  t.deepEqual(printed, ['ada is removed, and 2 links were ended.'])
  for (const { access, refresh: token } of links) {
    t.is((await callApi(house, access)).status, 401)
    t.is((await refresh(house, token)).json.error, 'invalid_grant')
  }
  t.is((await callApi(house, String(bobs.json.access_token))).status, 200)
  t.is((await refresh(house, bobs.json.refresh_token)).status, 200)
})
