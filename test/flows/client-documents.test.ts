import { createHash } from 'node:crypto'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { request } from 'undici'
import { removeRegisteredClient } from '../../src/oauth/clients/registered/registered-clients.ts'
import { openKeyvStore } from '../../src/store/keyv-store.ts'
import { Browser } from '../support/browser.ts'
import { poll, startDevice, typeCode, wordsOn } from '../support/device.ts'
import { ADA, startTestHouse, type TestConfig, type TestHouse } from '../support/gateway.ts'
import { callApi, openAuthorize, postToken } from '../support/linking.ts'
import { APPS, publishDocuments } from '../support/published-documents.ts'

const PATH = '/chat/client.json'
const ID = `https://${APPS}${PATH}`
const BACK = `https://${APPS}/chat/back`
const CHAT = {
  client_name: 'Chat',
  redirect_uris: [BACK, 'http://127.0.0.1/callback'],
  grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
}
const code_verifier = 'v'.repeat(43)
const ASKED = {
  client_id: ID,
  redirect_uri: BACK,
  scope: 'music.control',
  code_challenge: createHash('sha256').update(code_verifier).digest('base64url'),
  code_challenge_method: 'S256',
}
const PERSON = { username: ADA.name, password: ADA.password }

/** A house to which apps of one host may come, and the document of one. */
async function openHouse(t: ExecutionContext, change: (config: TestConfig) => void = () => {}) {
  const apps = await publishDocuments(t)
  apps.publish(PATH, CHAT)
  const house = await startTestHouse(
    t,
    (config) => {
      Object.assign(config.oauth, { client_metadata_documents: { enabled: true, domains: [APPS] } })
      change(config)
    },
    { fetchDocument: apps.fetchDocument },
  )
  return { apps, house, row: () => house.prepared.store.get('client', ID) }
}

/** Longer than any document is remembered that isn't to be. */
const A_WHILE = 61_000

async function approveChat(house: TestHouse): Promise<string> {
  const browser = new Browser(house)
  const { location } = await browser.submit(await openAuthorize(house, ASKED, browser), PERSON)
  return new URL(location).searchParams.get('code') ?? ''
}

function redeem(house: TestHouse, code: string, more: Record<string, string | undefined> = {}) {
  const form = { grant_type: 'authorization_code', client_id: ID, redirect_uri: BACK, code, code_verifier }
  return postToken(house, { ...form, ...more })
}

function refresh(house: TestHouse, token: unknown) {
  return postToken(house, { grant_type: 'refresh_token', client_id: ID, refresh_token: String(token) })
}

test('an app that nobody registered links by its document, and from then on nobody reads that', async (t) => {
  const { apps, house, row } = await openHouse(t)
  const browser = new Browser(house)
  const page = await openAuthorize(house, ASKED, browser)
  t.is(page.status, 200)
  t.regex(wordsOn(page), new RegExp(`${APPS} vouches for this app and calls it “ ?Chat ?”`))
  t.is(await row(), undefined, 'whoever only asks leaves nothing')
  const { location } = await browser.submit(page, PERSON)
  t.like(await row(), { name: 'Chat', public: true, redirectUris: CHAT.redirect_uris })

  apps.withdraw(PATH)
  const read = apps.asked.length
  const { status, json } = await redeem(house, new URL(location).searchParams.get('code') ?? '')
  t.is(status, 200)
  t.is((await callApi(house, String(json.access_token))).status, 200)
  house.advance(3_600_000)
  t.is((await callApi(house, String(json.access_token))).status, 401)
  const next = await refresh(house, json.refresh_token)
  t.is(next.status, 200)
  t.not(next.json.refresh_token, json.refresh_token)
  t.is((await callApi(house, String(next.json.access_token))).status, 200)
  t.is(house.music.requests.at(-1)?.header('x-auth-client-id')[0], ID)
  t.is(apps.asked.length, read, 'neither the token endpoint nor a call asks the network')
  house.advance(A_WHILE)
  t.is((await openAuthorize(house, ASKED)).status, 400, 'but whoever asks somebody has to say what it is')
})

test('PKCE is not optional, and a secret is of no use', async (t) => {
  const { house } = await openHouse(t)
  const browser = new Browser(house)
  const page = await openAuthorize(
    house,
    { ...ASKED, code_challenge: undefined, code_challenge_method: undefined },
    browser,
  )
  t.is(new URL(page.location).searchParams.get('error_description'), 'This client has to send a code_challenge.')
  const code = await approveChat(house)
  t.is((await redeem(house, code, { client_secret: 'x' })).json.error, 'invalid_client')
  t.is((await redeem(house, code, { code_verifier: undefined })).json.error, 'invalid_grant')
  t.is((await redeem(house, code)).status, 200)
})

test('the metadata says that such clients may come, where they may', async (t) => {
  const { house } = await openHouse(t)
  const metadata = async () => {
    const url = `https://localhost:${house.port}/.well-known/oauth-authorization-server`
    return (await (await request(url, { dispatcher: new Browser(house).dispatcher })).body.json()) as object
  }
  t.like(await metadata(), { client_id_metadata_document_supported: true })
  await house.reload(({ oauth }) => Object.assign(oauth, { client_metadata_documents: { domains: [APPS] } }))
  t.false('client_id_metadata_document_supported' in (await metadata()))
})

test('what is approved is what was shown: under another name it is shown again, and to a redirect URI that is gone nobody is sent', async (t) => {
  const { apps, house, row } = await openHouse(t)
  const browser = new Browser(house)
  const page = await openAuthorize(house, ASKED, browser)
  apps.publish(PATH, { ...CHAT, client_name: 'Your bank' })
  house.advance(A_WHILE)
  const again = await browser.submit(page, PERSON)
  t.is(again.status, 200)
  t.regex(wordsOn(again), /calls it “ ?Your bank ?”/)
  t.is(await row(), undefined)
  apps.publish(PATH, { ...CHAT, client_name: 'Your bank', redirect_uris: [`https://${APPS}/elsewhere`] })
  house.advance(A_WHILE)
  const gone = await browser.submit(again, PERSON)
  t.is(gone.status, 400)
  t.is(gone.location, '')
  t.is(await row(), undefined)
  apps.publish(PATH, { ...CHAT, client_name: 'Your bank' })
  house.advance(A_WHILE)
  t.is((await browser.submit(again, PERSON)).status, 303)
  t.like(await row(), { name: 'Your bank' })
})

test('Deny denies, also where the document has another name by now', async (t) => {
  const { apps, house } = await openHouse(t)
  const browser = new Browser(house)
  const page = await openAuthorize(house, ASKED, browser)
  apps.publish(PATH, { ...CHAT, client_name: 'Your bank' })
  house.advance(A_WHILE)
  const { location } = await browser.submit(page, {}, 'deny')
  t.is(new URL(location).searchParams.get('error'), 'access_denied')
})

test('the configuration of now decides: where its domain is no longer allowed, a client can do nothing, until it is again', async (t) => {
  const { apps, house } = await openHouse(t)
  const { json } = await redeem(house, await approveChat(house))
  const call = () => callApi(house, String(json.access_token))
  const allow = (settings: object) =>
    house.reload(({ oauth }) => Object.assign(oauth, { client_metadata_documents: settings }))
  const read = apps.asked.length
  for (const settings of [
    { enabled: true, domains: ['other.example.org'] },
    { enabled: true, domains: [`*.${APPS}`] },
    { enabled: false, domains: [APPS] },
  ]) {
    await allow(settings)
    t.is((await call()).status, 401)
    t.is((await refresh(house, json.refresh_token)).json.error, 'invalid_client')
    t.is((await openAuthorize(house, ASKED)).status, 400)
  }
  t.is(apps.asked.length, read)
  await allow({ enabled: true, domains: ['*.example.org'] })
  t.is((await call()).status, 200)
  await allow({ enabled: true, domains: ['*'], scopes: ['music.read'] })
  t.is((await call()).status, 403, 'nor more than such clients may have now')
  t.regex(await house.logged('clients of anybody'), /Name the hosts of the apps that you know instead/)
})

test('a device whose client has a document waits, is approved as it was when it began, and gets its tokens', async (t) => {
  const { apps, house, row } = await openHouse(t)
  const device = await startDevice(house, { client_id: ID })
  t.is((await poll(house, device, { client_id: ID })).json.error, 'authorization_pending')
  t.is(await row(), undefined)
  apps.publish(PATH, { ...CHAT, client_name: 'Your bank' })
  const read = apps.asked.length
  const browser = new Browser(house)
  const page = await typeCode(browser, device.user_code)
  t.regex(wordsOn(page), /“ ?Chat ?”, but any device can say that it is that app/)
  await browser.submit(page, PERSON)
  t.like(await row(), { name: 'Chat' })
  house.advance(5000)
  const { status, json } = await poll(house, device, { client_id: ID })
  t.is(status, 200)
  t.is((await callApi(house, String(json.access_token))).status, 200)
  t.is((await refresh(house, json.refresh_token)).status, 200)
  t.is(apps.asked.length, read)
})

test('what was approved and not fetched when its client is removed by another process is worth nothing, also once somebody approves the client anew', async (t) => {
  const { house, row } = await openHouse(t)
  const device = await startDevice(house, { client_id: ID })
  const browser = new Browser(house)
  await browser.submit(await typeCode(browser, device.user_code), PERSON)
  const code = await approveChat(house)
  const other = await openKeyvStore(join(house.folder, 'data', 'skillgate.db'), house.now)
  t.teardown(() => other.close())
  t.is(await removeRegisteredClient(other, ID), 0)
  t.is((await redeem(house, code)).json.error, 'invalid_client')
  t.is((await poll(house, device, { client_id: ID })).status, 401)

  t.is((await redeem(house, await approveChat(house))).status, 200)
  t.truthy(await row())
  t.is((await redeem(house, code)).json.error, 'invalid_grant')
  t.is((await poll(house, device, { client_id: ID })).json.error, 'invalid_grant')
})

test('a device that was denied leaves no client, and is told so', async (t) => {
  const { house, row } = await openHouse(t)
  const device = await startDevice(house, { client_id: ID })
  const browser = new Browser(house)
  await browser.submit(await typeCode(browser, device.user_code), {}, 'deny')
  t.is((await poll(house, device, { client_id: ID })).json.error, 'access_denied')
  t.is((await poll(house, device, { client_id: `${ID}x` })).json.error, 'invalid_client')
  t.is(await row(), undefined)
})

test('in the account, in the audit and at introspection such a client bears its whole id', async (t) => {
  const { apps, house } = await openHouse(t, ({ oauth }) => Object.assign(oauth.clients[1]!, { resource_server: true }))
  const long = `/${'a'.repeat(900)}/client.json`
  const id = apps.publish(long, CHAT)
  const browser = new Browser(house)
  const { location } = await browser.submit(await openAuthorize(house, { ...ASKED, client_id: id }, browser), PERSON)
  const code = new URL(location).searchParams.get('code') ?? ''
  const { json } = await redeem(house, code, { client_id: id })
  t.is((await callApi(house, String(json.access_token))).status, 200)
  t.is(house.music.requests.at(-1)?.header('x-auth-client-id')[0], id)
  t.true(house.events().some(({ event, client }) => event === 'code_redeemed' && client === id))
  await house.logged(`"client":"${id}"`)

  const introspected = await request(`https://localhost:${house.port}/alexa/introspect`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from(`other:${house.secrets.other}`).toString('base64')}`,
    },
    body: new URLSearchParams({ token: String(json.access_token) }).toString(),
    dispatcher: browser.dispatcher,
  })
  t.like(await introspected.body.json(), { active: true, client_id: id })
  const account = await browser.open('/alexa/account')
  t.regex(wordsOn(account), new RegExp(`Chat \\(${APPS}\\)`))
})
