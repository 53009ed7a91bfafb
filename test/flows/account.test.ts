import test from 'ava'
import { addUser } from '../../src/users/users.ts'
import { Browser } from '../support/browser.ts'
import { wordsOn } from '../support/device.ts'
import { formOf } from '../support/form-of.ts'
import { ADA, ISSUER, startTestHouse, type TestHouse } from '../support/gateway.ts'
import { callApi, link, refresh } from '../support/linking.ts'

const DAY = 86_400_000
const BOB = { name: 'bob', displayName: 'Bob', password: 'another horse battery' }

/** A browser that shows the account page of somebody, who has just signed in for it. */
async function openAccount(house: TestHouse, who = ADA, headers: Record<string, string> = {}) {
  const browser = new Browser(house, headers)
  const { location } = await browser.open('/alexa/account')
  const page = await browser.submit(await browser.open(location), { username: who.name, password: who.password })
  if (page.location !== `${ISSUER}/alexa/account`) throw new Error(`signing in was answered ${page.status}`)
  return { browser, page: await browser.open('/alexa/account') }
}

test('somebody sees what they have linked, in words, since when, and for how long nobody has used it', async (t) => {
  const house = await startTestHouse(t)
  await link(house)
  await link(house, { client_id: 'other', scope: 'music.read' })
  house.advance(45 * DAY)
  const { page } = await openAccount(house)
  const words = wordsOn(page)
  t.regex(words, /You are signed in to dev\.jasonhollis\.com as Ada Lovelace/)
  t.regex(words, /Amazon Alexa It can Play and pause See your name Linked on \w+ \d+, \d{4}\. Not used for 45 days\./)
  t.regex(words, /End the link with Amazon Alexa/)
})

test('one press ends a link at once, and is audited; the others stay', async (t) => {
  const house = await startTestHouse(t)
  const [first, second] = [await link(house), await link(house)]
  t.is((await callApi(house, first.access)).status, 200)
  const { browser, page } = await openAccount(house)
  const ended = await browser.submit(formOf(page, 'Amazon Alexa'), {}, 'end')
  t.is(ended.status, 200)
  t.regex(wordsOn(ended), /Amazon Alexa can do nothing in your name any more/)
  const statuses = await Promise.all([first, second].map(async ({ access }) => (await callApi(house, access)).status))
  t.deepEqual(statuses.sort(), [200, 401])
  const answers = await Promise.all(
    [first, second].map(async ({ refresh: token }) => (await refresh(house, token)).status),
  )
  t.deepEqual(answers.sort(), [200, 400])
  const events = house.events().filter(({ event }) => event === 'revoked')
  t.is(events.length, 1)
  t.like(events[0], { user: 'ada', client: 'amazon-alexa', detail: 'by the person, on the account page' })
})

test('nobody sees or ends the links of another, whatever id they send', async (t) => {
  const house = await startTestHouse(t)
  await addUser(house.prepared.store, house, BOB)
  const linked = await link(house)
  const [entry] = (await house.prepared.store.list('grant', '', undefined, 1)).entries
  const { browser, page } = await openAccount(house, BOB)
  t.regex(wordsOn(page), /You have linked no app and no device/)
  const forged = { ...page, hidden: { ...page.hidden, request: entry!.id } }
  t.is((await browser.submit(forged, {}, 'end')).status, 403, 'the form is tied to its link')
  t.is((await callApi(house, linked.access)).status, 200)
})

test('a form of the account page is good in its browser, for its session, from a page of ours, and by a press', async (t) => {
  const house = await startTestHouse(t)
  const linked = await link(house)
  const { browser, page } = await openAccount(house)
  const form = formOf(page, 'Amazon Alexa')
  const send = async (headers: Record<string, string>, from = browser) => {
    const other = new Browser(house, headers)
    for (const [name, value] of from.cookies) other.cookies.set(name, value)
    return (await other.submit(form, {}, 'end')).status
  }
  const chromium = {
    'sec-ch-ua': '"Chromium"',
    'sec-fetch-site': 'same-origin',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
  }
  t.is(await send({ ...chromium }), 403, 'nobody pressed')
  t.is(await send({ ...chromium, 'sec-fetch-user': '?1', 'sec-fetch-site': 'cross-site' }), 403)
  t.is(await send({ ...chromium, 'sec-fetch-user': '?1', 'sec-fetch-site': 'same-site' }), 403)
  t.is(await send({ ...chromium, 'sec-fetch-user': '?1', 'sec-fetch-dest': 'iframe' }), 403)
  t.is(await send({ ...chromium, 'sec-fetch-user': '?1', 'sec-fetch-dest': 'empty' }), 403)
  const { browser: another } = await openAccount(house)
  t.is(await send({}, another), 403, 'another browser')
  t.is((await callApi(house, linked.access)).status, 200)
  t.is(await send({ ...chromium, 'sec-fetch-user': '?1' }), 200)
  t.is((await callApi(house, linked.access)).status, 401)
})

test('whoever signs out there has to sign in again, and what was linked stays', async (t) => {
  const house = await startTestHouse(t)
  const linked = await link(house)
  const { browser, page } = await openAccount(house)
  const last = page.text.lastIndexOf('name="csrf" value="')
  const csrf = page.text.slice(last).match(/value="([^"]*)"/)?.[1] ?? ''
  const out = await browser.submit({ ...page, hidden: { request: '', csrf } }, {}, 'sign-out')
  t.regex(wordsOn(out), /You are signed out/)
  t.is((await browser.open('/alexa/account')).status, 303)
  t.is((await callApi(house, linked.access)).status, 200)
})
