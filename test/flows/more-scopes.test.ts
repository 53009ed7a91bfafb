import test from 'ava'
import { Browser } from '../support/browser.ts'
import { addKitchen, poll, startDevice, typeCode, wordsOn } from '../support/device.ts'
import { ADA, startTestHouse } from '../support/gateway.ts'
import { exchange, openAuthorize, refresh } from '../support/linking.ts'

const TYPED = { username: ADA.name, password: ADA.password }

test('a client that asks for more than it may have gets what it may, which the page shows and the answer says', async (t) => {
  const house = await startTestHouse(t)
  const browser = new Browser(house)
  const page = await openAuthorize(house, { scope: 'openid offline_access music.read' }, browser)
  t.is(page.status, 200)
  t.regex(wordsOn(page), /See your music/)
  t.notRegex(wordsOn(page), /openid|offline_access|Play and pause/)
  const { location } = await browser.submit(page, TYPED)
  const { json } = await exchange(house, new URL(location).searchParams.get('code'))
  t.is(json.scope, 'music.read')
  t.is((await refresh(house, json.refresh_token)).json.scope, 'music.read')
  const more = await refresh(house, json.refresh_token, { scope: 'music.read offline_access' })
  t.is(more.json.error, 'invalid_scope', 'a refresh asks for no more than was granted')

  const opened = house.events().find(({ event }) => event === 'link_opened')
  t.like(opened, { scopes: ['music.read'], detail: 'asked besides for "openid offline_access"' })
})

test('a client that may have nothing of what it asks for is sent back, and told what it may have', async (t) => {
  const house = await startTestHouse(t)
  const { status, location } = await openAuthorize(house, { scope: 'openid offline_access' })
  t.is(status, 303)
  const { searchParams } = new URL(location)
  t.is(searchParams.get('error'), 'invalid_scope')
  t.is(searchParams.get('error_description'), 'The scope may hold only: music.read music.control user:read')
  t.regex(String(house.events().at(-1)?.detail), /asked for \["openid","offline_access"\]/)
})

test('where nothing was left out, nothing is said of it', async (t) => {
  const house = await startTestHouse(t)
  await openAuthorize(house)
  t.is(house.events().at(-1)?.detail, undefined)
})

test('a device that asks for more than it may have gets what it may, which the page shows and the answer says', async (t) => {
  const house = await startTestHouse(t, addKitchen)
  const device = await startDevice(house, { scope: 'openid music.control user:read' })
  const browser = new Browser(house)
  const consent = await typeCode(browser, device.user_code)
  t.regex(wordsOn(consent), /Play and pause/)
  t.notRegex(wordsOn(consent), /openid|See your name/)
  await browser.submit(consent, TYPED)
  t.is((await poll(house, device)).json.scope, 'music.control')
})

test('a device gets no scope that the page did not show, also where the client may have it again by then', async (t) => {
  const house = await startTestHouse(t, addKitchen)
  const mayHave = (scopes: string[]) =>
    house.reload(({ oauth }) => Object.assign(oauth.clients.find(({ id }) => id === 'kitchen')!, { scopes }))
  const device = await startDevice(house, { scope: 'music.read music.control' })
  await mayHave(['music.read'])
  const browser = new Browser(house)
  const consent = await typeCode(browser, device.user_code)
  t.notRegex(wordsOn(consent), /Play and pause/)
  await mayHave(['music.read', 'music.control'])
  t.regex(wordsOn(await browser.submit(consent, TYPED)), /is connected/)
  const { json } = await poll(house, device)
  t.is(json.scope, 'music.read')
  const asKitchen = { client_id: 'kitchen', client_secret: undefined, scope: 'music.read music.control' }
  t.is((await refresh(house, json.refresh_token, asKitchen)).json.error, 'invalid_scope')
})
