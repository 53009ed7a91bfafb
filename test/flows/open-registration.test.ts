import { discoverAuthorizationServerMetadata, registerClient } from '@modelcontextprotocol/sdk/client/auth.js'
import test, { type ExecutionContext } from 'ava'
import { Browser } from '../support/browser.ts'
import { addKitchen } from '../support/device.ts'
import { ADA, ISSUER, startTestHouse } from '../support/gateway.ts'
import { AppMemory, CALLBACK, fetchFromOutside, openApp } from '../support/mcp-client.ts'
import { startMcpServer } from '../support/mcp-server.ts'
import { typeElsewhere } from '../support/terminal.ts'

const MINUTE = 60_000
const DAY = 86_400_000
const CLOSED = /^No client may register here now\. Whoever runs this server can .*: skillgate client allow --for 10m$/

/** A house with an MCP server at /mcp, where nothing is said of registration. */
async function openHouse(t: ExecutionContext, change: Parameters<typeof startTestHouse>[1] = () => {}) {
  const server = await startMcpServer(t)
  const house = await startTestHouse(t, (config) => {
    change(config)
    Object.assign(config.upstreams, { mcp: { url: server.url } })
    config.routes.push({
      ...{ path: '/mcp', methods: ['GET', 'POST', 'DELETE'], upstream: 'mcp', auth: 'bearer' },
      scopes: ['music.read'],
    })
  })
  const fetch = fetchFromOutside(house)
  const come = () => {
    const memory = new AppMemory()
    return { memory, ...openApp(t, house, memory, fetch) }
  }
  return { house, fetch, come, allow: (...words: string[]) => typeElsewhere(t, house, 'client', 'allow', ...words) }
}

test('from nothing but an address the SDK’s own client registers in an open window and calls a tool; the next one is told that it is closed', async (t) => {
  const { house, fetch, come, allow } = await openHouse(t)
  await t.throwsAsync(come().connect(), { message: /does not support dynamic client registration/ })

  t.regex(await allow('--for', '10m'), /any client can register itself/)
  const late = await discoverAuthorizationServerMetadata(ISSUER, { fetchFn: fetch })
  const { memory, connect, whoAmI } = come()
  const page = await connect()
  t.regex(page!.text, /Nobody has checked that this really is “<bdi>Chat app<\/bdi>”/)
  t.regex(page!.text, /program on this device/)
  t.is(await whoAmI(), 'Ada Lovelace')
  const { client_id } = memory.client!
  const row = await house.prepared.store.get('client', client_id)
  t.deepEqual([row?.openly, row?.approved, row?.expiresAt], [true, true, undefined])

  house.advance(11 * MINUTE)
  await t.throwsAsync(come().connect(), { message: /does not support dynamic client registration/ })
  // One that has seen the metadata while it was open.
  const clientMetadata = { client_name: 'Late', redirect_uris: [CALLBACK], token_endpoint_auth_method: 'none' }
  await t.throwsAsync(registerClient(ISSUER, { metadata: late, clientMetadata, fetchFn: fetch }), { message: CLOSED })

  house.advance(2 * DAY)
  t.is(await whoAmI(), 'Ada Lovelace', 'what was approved stays')
})

test('a window is closed at once by another process, and what registered in it and nobody approved is gone a day later', async (t) => {
  const { house, fetch, come, allow } = await openHouse(t)
  await allow('--for', '24h')
  const metadata = await discoverAuthorizationServerMetadata(ISSUER, { fetchFn: fetch })
  const clientMetadata = { redirect_uris: [CALLBACK], token_endpoint_auth_method: 'none' }
  const register = () => registerClient(ISSUER, { metadata, clientMetadata, fetchFn: fetch })
  const { client_id } = await register()
  const browser = new Browser(house)
  const asked = new URLSearchParams({
    ...{ client_id, redirect_uri: CALLBACK, response_type: 'code', scope: 'music.read' },
    ...{ code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' },
  })
  const status = async () => (await browser.open(`/alexa/authorize?${asked}`)).status
  t.is(await status(), 200)

  t.regex(await allow('--stop'), /From now on no client registers itself/)
  await t.throwsAsync(register(), { message: CLOSED })
  await t.throwsAsync(come().connect(), { message: /does not support dynamic client registration/ })
  t.is(await status(), 200, 'what has registered goes on for a day')
  house.advance(DAY + MINUTE)
  t.is(await status(), 400)
})

test('a device that registered in a window stays once somebody has typed its code and approved', async (t) => {
  const { house, fetch, allow } = await openHouse(t, addKitchen)
  await allow('--for', '1h')
  const metadata = await discoverAuthorizationServerMetadata(ISSUER, { fetchFn: fetch })
  const grant_types = ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token']
  const clientMetadata = { client_name: 'Lamp', redirect_uris: [], token_endpoint_auth_method: 'none', grant_types }
  const { client_id } = await registerClient(ISSUER, { metadata, clientMetadata, fetchFn: fetch })
  const begun = await fetch(`${ISSUER}/alexa/device_authorization`, {
    method: 'POST',
    body: new URLSearchParams({ client_id, scope: 'music.read' }),
  })
  const { user_code } = (await begun.json()) as { user_code: string }
  const browser = new Browser(house)
  const consent = await browser.submit(await browser.open('/alexa/device'), { user_code })
  t.regex(consent.text, /Nobody has checked that this really is “<bdi>Lamp<\/bdi>”/)
  t.truthy((await house.prepared.store.get('client', client_id))?.expiresAt)
  t.is((await browser.submit(consent, { username: ADA.name, password: ADA.password })).status, 200)
  t.is((await house.prepared.store.get('client', client_id))?.expiresAt, undefined)
  house.advance(2 * DAY)
  t.truthy(await house.prepared.store.get('client', client_id))
})

test('where the configuration says open, any client gets in at any time', async (t) => {
  const { come } = await openHouse(t, (config) => {
    Object.assign(config.oauth, { registration: { open: true } })
  })
  const { connect, whoAmI } = come()
  await connect()
  t.is(await whoAmI(), 'Ada Lovelace')
})
