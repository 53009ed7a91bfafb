import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import test, { type ExecutionContext } from 'ava'
import { Browser, type Page } from '../support/browser.ts'
import { wordsOn } from '../support/device.ts'
import { formOf } from '../support/form-of.ts'
import { ADA, ISSUER, startTestHouse, type TestConfig, type TestHouse } from '../support/gateway.ts'
import { AppMemory, CALLBACK, fetchFromOutside, openApp } from '../support/mcp-client.ts'
import { type ConnectorIdentity, McpConnector } from '../support/mcp-connector.ts'
import { startMcpServer } from '../support/mcp-server.ts'
import { APPS, publishDocuments } from '../support/published-documents.ts'

const HOUR = 3_600_000
const BACK = `https://${APPS}/api/mcp/auth_callback`
const DOCUMENT = {
  client_name: 'Big Connector',
  redirect_uris: [BACK],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
}

/** A house with an MCP server at /mcp, and the documents of apps that may come there. */
async function openHouse(t: ExecutionContext, change: (config: TestConfig) => void = () => {}) {
  const server = await startMcpServer(t)
  const apps = await publishDocuments(t)
  const route = { path: '/mcp', methods: ['GET', 'POST', 'DELETE'], upstream: 'mcp', auth: 'bearer' }
  const withScopes = (config: TestConfig, scopes: string[]) => {
    config.routes = config.routes.filter(({ path }) => path !== '/mcp')
    config.routes.push({ ...route, scopes })
  }
  const house = await startTestHouse(
    t,
    (config) => {
      Object.assign(config.upstreams, { mcp: { url: server.url } })
      Object.assign(config.oauth, { client_metadata_documents: { enabled: true, domains: [APPS] } })
      withScopes(config, ['music.read'])
      change(config)
    },
    { fetchDocument: apps.fetchDocument },
  )
  return { house, server, apps, takes: (scopes: string[]) => house.reload((config) => withScopes(config, scopes)) }
}

/** A connector of somebody who signs in once in their browser, and approves whatever they are asked. */
function openConnector(house: TestHouse, identity: Partial<ConnectorIdentity>) {
  const browser = new Browser(house)
  const pages: Page[] = []
  const connector = new McpConnector(
    `${ISSUER}/mcp`,
    { name: 'Big Connector', redirectUri: BACK, ...identity },
    fetchFromOutside(house),
    async ({ pathname, search }) => {
      const page = await browser.open(pathname + search)
      pages.push(page)
      const isSignedIn = !page.text.includes('type="password"')
      const typed = { username: ADA.name, password: ADA.password }
      return new URL((await browser.submit(page, isSignedIn ? {} : typed)).location)
    },
  )
  return { connector, pages }
}

/** Ends all that somebody has allowed an app, on their own page. */
async function endLinks(house: TestHouse, name: string): Promise<void> {
  const browser = new Browser(house)
  const { location } = await browser.open('/alexa/account')
  await browser.submit(await browser.open(location), { username: ADA.name, password: ADA.password })
  let page = await browser.open('/alexa/account')
  while (page.text.includes(`<h2>${name}`)) page = await browser.submit(formOf(page, name), {}, 'end')
}

test('a connector that has nothing but an address gets to a tool call, steps up, refreshes, and begins anew when its grant was ended', async (t) => {
  const { house, server, apps, takes } = await openHouse(t)
  const documentUrl = apps.publish('/oauth/connector.json', DOCUMENT)
  const { connector, pages } = openConnector(house, { documentUrl })
  await connector.connect()
  t.is(await connector.callTool('who_am_i'), 'Ada Lovelace')
  t.is(server.requests.at(-1)?.['x-auth-client-id'], documentUrl)
  t.is(server.requests.at(-1)?.['x-auth-scopes'], 'music.read')
  t.deepEqual(connector.done, ['ask for music.read'])
  t.regex(wordsOn(pages[0]!), new RegExp(`${APPS} vouches for this app and calls it “ ?Big Connector ?”`))

  await takes(['music.read', 'music.control'])
  t.is(await connector.callTool('who_am_i'), 'Ada Lovelace')
  t.deepEqual(connector.done.splice(1), ['step up to music.read music.control', 'ask for music.read music.control'])
  t.is(server.requests.at(-1)?.['x-auth-scopes'], 'music.read music.control')

  const read = apps.asked.length
  for (let i = 0; i < 3; i++) {
    house.advance(HOUR)
    t.is(await connector.callTool('who_am_i'), 'Ada Lovelace')
    t.deepEqual(connector.done.splice(1), ['refresh'])
  }
  t.is(apps.asked.length, read, 'nobody reads its document for that')

  // The one from before it stepped up, and the one from after.
  await endLinks(house, `Big Connector (${APPS})`)
  t.is(await connector.callTool('who_am_i'), 'Ada Lovelace')
  t.deepEqual(connector.done.splice(1), ['refresh fails: invalid_grant', 'ask for music.read music.control'])
  t.true(server.requests.every((headers) => headers['x-remote-user-name'] === 'ada'))
})

test('a client id that somebody has typed in comes first, before the document', async (t) => {
  const { house, server, apps } = await openHouse(t, ({ oauth }) => {
    oauth.clients.push({ id: 'typed', name: 'Typed in', public: true, redirect_uris: [BACK], scopes: ['music.read'] })
  })
  const documentUrl = apps.publish('/oauth/connector.json', DOCUMENT)
  const { connector } = openConnector(house, { documentUrl, registered: { [ISSUER]: 'typed' } })
  await connector.connect()
  t.is(await connector.callTool('who_am_i'), 'Ada Lovelace')
  t.is(server.requests.at(-1)?.['x-auth-client-id'], 'typed')
  t.deepEqual(apps.asked, [])
})

test('a connector registers only where its document is not read, and where anybody may', async (t) => {
  const registration = { open: true, scopes: ['music.read'] }
  const { house, server, apps } = await openHouse(t, ({ oauth }) => Object.assign(oauth, { registration }))
  const documentUrl = apps.publish('/oauth/connector.json', DOCUMENT)
  const connect = async () => {
    const { connector } = openConnector(house, { documentUrl })
    await connector.connect()
    t.is(await connector.callTool('who_am_i'), 'Ada Lovelace')
    t.is(server.requests.at(-1)?.['x-auth-client-id'], connector.clientId)
    return connector
  }
  t.is((await connect()).clientId, documentUrl, 'although it could register')
  await house.reload(({ oauth }) => Object.assign(oauth, { client_metadata_documents: { enabled: false } }))
  const { clientId, done } = await connect()
  t.deepEqual(done, ['register', 'ask for music.read'])
  t.regex(clientId!, /^app-/)
  await house.reload(({ oauth }) => Object.assign(oauth, { registration: { enabled: true } }))
  await t.throwsAsync(connect(), { message: 'nobody lets it be a client' })
})

test('where its document is wrong, a connector is told by a page, and nobody is sent anywhere', async (t) => {
  const { house, apps } = await openHouse(t)
  const documentUrl = apps.publish('/oauth/connector.json', { ...DOCUMENT, client_id: `https://${APPS}/another` })
  const { connector, pages } = openConnector(house, { documentUrl })
  await t.throwsAsync(connector.connect())
  t.is(pages[0]?.status, 400)
  t.regex(wordsOn(pages[0]!), /names another client_id than its own address/)
})

test('the client of the MCP SDK comes by its document, goes on after an hour, and begins anew when its grant was ended', async (t) => {
  const { house, server, apps } = await openHouse(t)
  const url = apps.publish('/sdk.json', { ...DOCUMENT, client_name: 'An app', redirect_uris: [CALLBACK] })
  const memory = new AppMemory(undefined, url)
  const { connect, whoAmI } = openApp(t, house, memory, fetchFromOutside(house))
  const page = await connect()
  t.regex(wordsOn(page!), /program on this device/, 'with a warning, for it comes back to a loopback address')
  t.is(memory.client?.client_id, url)
  t.is(await whoAmI(), 'Ada Lovelace')
  t.is(server.requests.at(-1)?.['x-auth-client-id'], url)
  const first = memory.saved!
  house.advance(HOUR)
  t.is(await whoAmI(), 'Ada Lovelace')
  t.not(memory.saved!.refresh_token, first.refresh_token)

  for await (const { id } of grantsOf(house)) await house.prepared.store.delete('grant', id)
  house.advance(HOUR)
  await t.throwsAsync(whoAmI(), { instanceOf: UnauthorizedError })
  t.is(memory.saved, undefined)
  t.is(memory.asked?.searchParams.get('client_id'), url)
})

async function* grantsOf({ prepared: { store } }: TestHouse) {
  yield* (await store.list('grant', '', undefined, 100)).entries
}
