import type { ExecutionContext } from 'ava'
import type { HouseOptions } from '../../src/app/open-house.ts'
import { type ClientPage, followPage } from './client-page.ts'
import { ISSUER } from './gateway.ts'
import { AppMemory, fetchFromOutside, openApp } from './mcp-client.ts'
import { type HomeMcpServer, startMcpServer } from './mcp-server.ts'

/** The blocks of YAML on docs/clients/mcp.md. */
export const SERVER = 0
export const DOCUMENTS = 1
export const REGISTERING = 2
export const ENTRIES = 3

const HOUR = 3_600_000

/** A house that was set up by these blocks of the page, with an MCP server behind it. */
export async function followConnectorPage(
  t: ExecutionContext,
  block: number,
  world: HouseOptions = {},
): Promise<{ page: ClientPage; tools: HomeMcpServer } | undefined> {
  const tools = await startMcpServer(t)
  const page = await followPage(t, 'mcp.md', { blocks: [SERVER, block], upstreams: { tools: tools.url }, world })
  return page && { page, tools }
}

/** What a connector remembers that comes back to this address. */
export function connector(redirectUrl: string, client?: AppMemory['client']): AppMemory {
  const memory = new AppMemory(client)
  const clientMetadata = { ...memory.clientMetadata, redirect_uris: [redirectUrl] }
  return Object.assign(memory, { redirectUrl, clientMetadata })
}

/** Links, calls, and an hour later calls again. */
export async function useConnector(
  t: ExecutionContext,
  { house }: ClientPage,
  tools: HomeMcpServer,
  memory: AppMemory,
) {
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
