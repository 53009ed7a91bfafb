import test from 'ava'
import { Browser } from '../support/browser.ts'
import { ADA, startTestHouse } from '../support/gateway.ts'
import { exchange, link, openAuthorize, refresh } from '../support/linking.ts'

const TYPED = { username: ADA.name, password: ADA.password }
const BOTH = ['music.read', 'music.control']

/** What Alexa may have from now on. */
function allow(house: Awaited<ReturnType<typeof startTestHouse>>, scopes: string[]): Promise<void> {
  return house.reload(({ oauth }) => {
    Object.assign(oauth.clients.find(({ id }) => id === 'amazon-alexa')!, { scopes })
  })
}

async function openHouse(t: import('ava').ExecutionContext) {
  return startTestHouse(t, ({ oauth }) => {
    Object.assign(oauth.clients.find(({ id }) => id === 'amazon-alexa')!, { scopes: BOTH })
  })
}

test('73. what a client may no longer have is gone from what it refreshes, and comes back with the configuration', async (t) => {
  const house = await openHouse(t)
  const tokens = await link(house, { scope: BOTH.join(' ') })
  await allow(house, ['music.read'])
  const narrow = await refresh(house, tokens.refresh)
  t.is(narrow.json.scope, 'music.read')
  t.is((await refresh(house, tokens.refresh, { scope: 'music.control' })).json.error, 'invalid_scope')
  await allow(house, ['user:read'])
  t.is((await refresh(house, tokens.refresh)).json.error, 'invalid_scope', 'nothing is left, but it is not unlinked')
  await allow(house, BOTH)
  t.is((await refresh(house, tokens.refresh)).json.scope, BOTH.join(' '))
})

test('73. a code that was issued before gives no more than the client may have when it is exchanged', async (t) => {
  const house = await openHouse(t)
  const browser = new Browser(house)
  const page = await openAuthorize(house, { scope: BOTH.join(' ') }, browser)
  const code = new URL((await browser.submit(page, TYPED)).location).searchParams.get('code')
  await allow(house, ['music.read'])
  t.is((await exchange(house, code)).json.scope, 'music.read')
})

test('73. a page grants what it showed: neither what a reload has taken meanwhile, nor what it has added', async (t) => {
  const house = await openHouse(t)
  for (const [before, after, granted] of [
    [BOTH, ['music.read'], 'music.read'],
    [['music.read'], BOTH, 'music.read'],
  ] as const) {
    await allow(house, [...before])
    const browser = new Browser(house)
    const page = await openAuthorize(house, { scope: undefined }, browser)
    await allow(house, [...after])
    const answer = await browser.submit(page, TYPED)
    t.is(answer.status, 303, answer.text)
    const { json } = await exchange(house, new URL(answer.location).searchParams.get('code'))
    t.is(json.scope, granted)
    await allow(house, BOTH)
    t.is((await refresh(house, json.refresh_token)).json.scope, granted, 'also afterwards')
  }
})
