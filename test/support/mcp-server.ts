import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import type { ExecutionContext } from 'ava'

export interface HomeMcpServer {
  url: string
  /** The headers of every request that reached it. */
  requests: IncomingHttpHeaders[]
}

/** An MCP server as somebody runs one at home: over HTTP on loopback, and without any sign-in of its own. */
export async function startMcpServer(t: ExecutionContext): Promise<HomeMcpServer> {
  const sessions = new Map<string, StreamableHTTPServerTransport>()
  const requests: IncomingHttpHeaders[] = []
  const server = createServer(async (request, response) => {
    requests.push(request.headers)
    const transport = sessions.get(String(request.headers['mcp-session-id'])) ?? (await openSession(sessions))
    await transport.handleRequest(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(async () => {
    for (const transport of sessions.values()) await transport.close()
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
}

async function openSession(
  sessions: Map<string, StreamableHTTPServerTransport>,
): Promise<StreamableHTTPServerTransport> {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => {
      sessions.set(id, transport)
    },
  })
  const server = new McpServer({ name: 'home', version: '1.0.0' })
  server.registerTool('who_am_i', { description: 'Says who is calling' }, ({ requestInfo }) => ({
    content: [{ type: 'text', text: String(requestInfo?.headers['x-remote-user-display-name']) }],
  }))
  await server.connect(transport)
  return transport
}
