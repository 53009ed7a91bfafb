import { createServer, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http'
import { text } from 'node:stream/consumers'
import type { ExecutionContext } from 'ava'
import { listenUntilEnd } from './listen-until-end.ts'

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
  })
  return `http://127.0.0.1:${await listenUntilEnd(t, server)}`
}
