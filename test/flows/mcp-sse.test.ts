import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js'
import test, { type ExecutionContext } from 'ava'
import { ISSUER, startTestHouse } from '../support/gateway.ts'
import { AppMemory, CALLBACK, fetchFromOutside, openApp } from '../support/mcp-client.ts'

const HOUR = 3_600_000

/** An MCP server of the old kind: its stream is at one address, and what one says to it goes to another. */
async function startSseServer(t: ExecutionContext) {
  const transports = new Map<string, SSEServerTransport>()
  const asked: string[] = []
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://home')
    asked.push(`${request.method} ${pathname}`)
    const transport = transports.get(searchParams.get('sessionId') ?? '')
    if (transport) return transport.handlePostMessage(request as IncomingMessage, response)
    const opened = new SSEServerTransport('/mcp/messages', response)
    transports.set(opened.sessionId, opened)
    const home = new McpServer({ name: 'home', version: '1.0.0' })
    home.registerTool('who_am_i', { description: 'Says who is calling' }, ({ requestInfo }) => ({
      content: [{ type: 'text', text: String(requestInfo?.headers['x-remote-user-display-name']) }],
    }))
    await home.connect(opened)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

test('a client of the old SSE transport, with a token for the address that it was given, is let in at the one that it is sent to, and connects anew after an hour', async (t) => {
  const server = await startSseServer(t)
  const house = await startTestHouse(t, (config) => {
    Object.assign(config.upstreams, { mcp: { url: server.url } })
    const scopes = ['music.read']
    config.oauth.clients.push({ id: 'chat', name: 'Chat', public: true, redirect_uris: [CALLBACK], scopes })
    config.routes.push({ path: '/mcp/*', methods: ['GET', 'POST'], upstream: 'mcp', auth: 'bearer', scopes })
  })
  const fetch = fetchFromOutside(house)
  const memory = new AppMemory({ client_id: 'chat' })
  const url = new URL(`${ISSUER}/mcp/sse`)
  const open = () => new SSEClientTransport(url, { authProvider: memory, fetch })
  const { app, connect, whoAmI } = openApp(t, house, memory, fetch, open)
  await connect()
  t.is(memory.asked!.searchParams.get('resource'), url.href)
  t.is(await whoAmI(), 'Ada Lovelace')
  t.deepEqual([...new Set(server.asked)], ['GET /mcp/sse', 'POST /mcp/messages'])

  house.advance(HOUR + 1000)
  await t.throwsAsync(whoAmI(), undefined, 'it asks for another address than it was given, and is told of that one')
  await app.close()
  t.is(await connect(), undefined, 'it refreshes at the one that it was given, and nobody is asked')
  t.is(await whoAmI(), 'Ada Lovelace')
})
