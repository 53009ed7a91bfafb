import test, { type ExecutionContext } from 'ava'
import type { HouseOptions } from '../../../src/app/open-house.ts'
import { type ClientPage, followPage } from '../../support/client-page.ts'
import { wordsOn } from '../../support/device.ts'
import { ISSUER } from '../../support/gateway.ts'
import { AppMemory, fetchFromOutside, openApp } from '../../support/mcp-client.ts'
import { type HomeMcpServer, startMcpServer } from '../../support/mcp-server.ts'
import { publishDocuments } from '../../support/published-documents.ts'

const HOUR = 3_600_000
const SERVER = 0
const DOCUMENTS = 1
const REGISTERING = 2
const ENTRIES = 3

/** A house that was set up by these blocks of the page, with an MCP server behind it. */
async function follow(
  t: ExecutionContext,
  block: number,
  world: HouseOptions = {},
): Promise<{ page: ClientPage; tools: HomeMcpServer } | undefined> {
  const tools = await startMcpServer(t)
  const page = await followPage(t, 'mcp.md', { blocks: [SERVER, block], upstreams: { tools: tools.url }, world })
  return page && { page, tools }
}

/** What a connector remembers that comes back to this address. */
function connector(redirectUrl: string, client?: AppMemory['client']): AppMemory {
  const memory = new AppMemory(client)
  const clientMetadata = { ...memory.clientMetadata, redirect_uris: [redirectUrl] }
  return Object.assign(memory, { redirectUrl, clientMetadata })
}

/** Links, calls, and an hour later calls again. */
async function use(t: ExecutionContext, { house }: ClientPage, tools: HomeMcpServer, memory: AppMemory) {
  const { connect, whoAmI } = openApp(t, house, memory, fetchFromOutside(house))
  const consent = await connect()
  t.is(memory.asked!.searchParams.get('resource'), `${ISSUER}/mcp`)
  t.is(memory.asked!.searchParams.get('scope'), 'tools')
  t.is(await whoAmI(), 'Ada Lovelace')
  const { access_token } = memory.saved!
  house.advance(HOUR)
  memory.asked = undefined
  t.is(await whoAmI(), 'Ada Lovelace')
  t.not(memory.saved!.access_token, access_token)
  t.is(memory.asked, undefined, 'nobody was asked again')
  t.is(tools.requests.at(-1)!['x-auth-client-id'], memory.client!.client_id)
  return consent!
}

const ENTERED = [
  ['claude', 'https://claude.ai/api/mcp/auth_callback'],
  ['claude-code', 'http://localhost:8765/callback'],
  ['chatgpt', 'https://chatgpt.com/connector_platform_oauth_redirect'],
  ['vscode', 'http://127.0.0.1:33418/'],
  ['cursor', 'cursor://anysphere.cursor-mcp/oauth/callback'],
] as const

test('each connector with an entry of the page links, calls and refreshes', async (t) => {
  const followed = await follow(t, ENTRIES)
  if (followed === undefined) return
  const { page, tools } = followed
  const list = await page.type('client list')
  for (const [client_id, redirectUrl] of ENTERED) {
    t.true(list.includes(`\n${client_id} `), client_id)
    const secret = /^(claude|chatgpt)$/.test(client_id)
    const client_secret = secret ? await page.run(`npx skillgate client secret ${client_id}`) : undefined
    await use(t, page, tools, connector(redirectUrl, { client_id, ...(client_secret && { client_secret }) }))
  }
  t.regex(await page.type('skillgate trace'), /cursor for ada/)
})

test('what the page has read says where to go, and names no place to register while the door is closed', async (t) => {
  const followed = await follow(t, ENTRIES)
  if (followed === undefined) return
  const { page } = followed
  t.regex(await page.type('-D - '), /401.*scope="tools".*resource_metadata=/s)
  t.is(JSON.parse(await page.type('oauth-protected-resource/mcp')).resource, `${ISSUER}/mcp`)
  const server = JSON.parse(await page.type('oauth-authorization-server'))
  t.is(server.registration_endpoint, undefined)
  t.falsy(server.client_id_metadata_document_supported)
})

test('a connector that nobody has heard of links by its document, which stands at a host of the list', async (t) => {
  const claude = await publishDocuments(t, 'claude.ai')
  const redirectUrl = 'https://claude.ai/api/mcp/auth_callback'
  const clientMetadataUrl = claude.publish('/oauth/mcp-oauth-client-metadata', {
    client_name: 'Claude',
    redirect_uris: [redirectUrl],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
  })
  const followed = await follow(t, DOCUMENTS, { fetchDocument: claude.fetchDocument })
  if (followed === undefined) return
  const { page, tools } = followed
  const server = JSON.parse(await page.type('oauth-authorization-server'))
  t.true(server.client_id_metadata_document_supported)
  const memory = Object.assign(connector(redirectUrl), { clientMetadataUrl })
  const consent = await use(t, page, tools, memory)
  t.is(memory.client!.client_id, clientMetadataUrl)
  t.regex(wordsOn(consent), /claude\.ai/)
  t.true((await page.type('client list')).includes(clientMetadataUrl))
})

test('a connector registers in the ten minutes that the page has typed, and not after them', async (t) => {
  const followed = await follow(t, REGISTERING)
  if (followed === undefined) return
  const { page, tools } = followed
  const { house } = page
  const read = async () => JSON.parse(await page.type('oauth-authorization-server'))
  t.is((await read()).registration_endpoint, undefined)
  t.regex(await page.type('client allow'), /^Until .* any client can register itself.*ask people for: tools$/ms)
  t.is((await read()).registration_endpoint, `${ISSUER}/alexa/register`)
  const consent = await use(t, page, tools, connector('cursor://anysphere.cursor-mcp/oauth/callback'))
  t.regex(wordsOn(consent), /Nobody has checked/)

  t.is((await read()).registration_endpoint, undefined)
  const late = openApp(t, house, connector('http://localhost:8787/callback'), fetchFromOutside(house))
  await t.throwsAsync(late.connect(), { message: /does not support dynamic client registration/i })
})
