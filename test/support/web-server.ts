import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { ExecutionContext } from 'ava'

export interface WebRequest {
  method: string
  /** With its query. */
  path: string
  headers: IncomingHttpHeaders
  body: string
}

export interface WebAnswer {
  status: number
  headers?: OutgoingHttpHeaders
  body?: string
}

/** A server of somebody else's, on this machine; it ends with the test. @returns its URL. */
export async function startWebServer(
  t: ExecutionContext,
  answer: (request: WebRequest) => WebAnswer | Promise<WebAnswer>,
): Promise<string> {
  const server = createServer(async (request, response) => {
    const { method = '', url: path = '', headers } = request
    const { status, headers: more, body } = await answer({ method, path, headers, body: await text(request) })
    response.writeHead(status, { Connection: 'close', ...more }).end(body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
