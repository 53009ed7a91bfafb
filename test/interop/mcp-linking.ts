import type { ExecutionContext } from 'ava'
import { openRegistrationWindow } from '../../src/oauth/clients/registered/registration-window.ts'
import { ADA, type TestConfig } from '../support/gateway.ts'
import { type HomeMcpServer, startMcpServer } from '../support/mcp-server.ts'
import { APPS, publishDocuments } from '../support/published-documents.ts'
import { CALLBACKS, type InteropHouse, startInteropHouse } from './house.ts'
import { failure, signIn } from './linking.ts'

/** An app made of somebody else's MCP SDK, which is told nothing but an address. */
export interface McpLibrary {
  /** @returns where it sends its user; nothing once it is connected. */
  connect: () => Promise<string>
  /** @param callback the URL that its user came back to. @returns as `connect` does. */
  finish: (callback: string) => Promise<string>
  /** @returns the text that the tool says. */
  callTool: (name: string) => Promise<string>
  /** It thinks that so much time has passed. */
  anHourLater: () => Promise<void>
}

export const MCP_VERBS: (keyof McpLibrary)[] = ['connect', 'finish', 'callTool', 'anHourLater']

export interface McpHouse extends InteropHouse {
  home: HomeMcpServer
  /** The address that one types into an app. */
  address: string
  /** Where an app has published what it is. */
  document: string
  /** For ten minutes any client may register itself. */
  letRegister: () => Promise<void>
}

/** What such an app is told; one that nobody has registered says no `client`. */
export function mcpSettings({ address }: McpHouse, more: { client?: string; document?: string } = {}) {
  return { server: address, callback: CALLBACKS.native, ...more }
}

/** Whatever else an app may be: what it says of itself in a document. */
const DOCUMENT = {
  client_name: 'App with a document',
  redirect_uris: [CALLBACKS.native],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
}

/** A house with an MCP server at /mcp, which it keeps for those who may see the music; apps may come by their documents. */
export async function openMcpHouse(t: ExecutionContext): Promise<McpHouse> {
  const home = await startMcpServer(t)
  const apps = await publishDocuments(t)
  const configure = (config: TestConfig) => {
    Object.assign(config.upstreams, { mcp: { url: home.url } })
    Object.assign(config.oauth, { client_metadata_documents: { enabled: true, domains: [APPS] } })
    const scopes = ['music.read']
    config.routes.push({ path: '/mcp', methods: ['GET', 'POST', 'DELETE'], upstream: 'mcp', auth: 'bearer', scopes })
  }
  const house = await startInteropHouse(t, configure, { fetchDocument: apps.fetchDocument })
  const letRegister = async () => {
    await openRegistrationWindow(house.prepared.store, house.now(), 600_000)
  }
  const document = apps.publish('/app.json', DOCUMENT)
  return { ...house, home, document, letRegister, address: `${house.issuer}/mcp` }
}

/** From the address to a tool call, and on with fresh tokens after an hour. @returns where the app sent its user. */
export async function showConnecting(t: ExecutionContext, house: McpHouse, library: McpLibrary): Promise<URL> {
  const url = await library.connect()
  const { searchParams: asked } = new URL(url)
  t.is(asked.get('resource'), house.address)
  t.is(asked.get('scope'), 'music.read')
  t.is(asked.get('code_challenge_method'), 'S256')
  t.is(await library.finish(await signIn(house, url)), '')
  t.is(await library.callTool('who_am_i'), ADA.displayName)
  const seen = house.home.requests.at(-1)!
  t.is(seen['x-auth-client-id'], asked.get('client_id')!)
  t.is(seen.authorization, undefined)

  const refreshed = () => house.events().filter(({ event }) => event === 'tokens_refreshed').length
  t.is(refreshed(), 0)
  house.advance(3_600_000)
  await library.anHourLater()
  t.is(await library.callTool('who_am_i'), ADA.displayName)
  t.is(refreshed(), 1)
  return new URL(url)
}

/** Ada says no, and the app hears it. */
export async function showDenial(t: ExecutionContext, house: McpHouse, library: McpLibrary): Promise<void> {
  const callback = await signIn(house, await library.connect(), 'deny')
  t.regex(await failure(library.finish(callback)), /access_denied/)
  t.deepEqual(house.home.requests, [])
}

/** All ways in which an app that is told nothing but an address becomes a client. */
export const BECOMING: Record<string, (house: McpHouse) => Promise<{ client?: string; document?: string }>> = {
  'as a client that is configured': async () => ({ client: 'native' }),
  'by the document of the app': async ({ document }) => ({ document }),
  'by registering while that is allowed': async ({ letRegister }) => {
    await letRegister()
    return {}
  },
}
