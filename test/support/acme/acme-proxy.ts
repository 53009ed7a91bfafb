import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { createServer, request } from 'node:https'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import type { ExecutionContext } from 'ava'
import { listenUntilEnd } from '../listen-until-end.ts'
import type { Pebble } from './pebble.ts'

export interface AcmeProxy {
  /** URL of the directory, by way of here. */
  directory: string
  /** Paths that were asked for, in order, with the method. */
  asked: string[]
}

/** What is answered instead, if anything. */
export interface InsteadOfCa {
  status: number
  headers?: Record<string, string>
  body?: unknown
}

/**
 * Stands in front of a CA, with the same certificate. The CA makes its URLs of the host that it is asked by, so all of
 * them lead here.
 * @param before sees each request first; a promise holds it up.
 */
export async function startAcmeProxy(
  t: ExecutionContext,
  pebble: Pebble,
  before: (path: string) => InsteadOfCa | undefined | Promise<undefined>,
): Promise<AcmeProxy> {
  const asked: string[] = []
  const folder = dirname(pebble.caFile)
  const [cert, key] = ['local.pem', 'local.key'].map((name) => readFileSync(join(folder, name)))
  const { port: caPort } = new URL(pebble.directory)
  const server = createServer({ cert, key }, async (incoming, response) => {
    const { url = '', method = 'GET', headers } = incoming
    asked.push(`${method} ${url}`)
    const body = await buffer(incoming)
    const instead = await before(url)
    if (instead) {
      response.writeHead(instead.status, { 'content-type': 'application/problem+json', ...instead.headers })
      return response.end(JSON.stringify(instead.body ?? {}))
    }
    const options = { host: '127.0.0.1', port: caPort, path: url, method, headers, ca: pebble.roots, agent: false }
    const forwarded = request(options)
    forwarded.on('error', () => response.destroy())
    forwarded.on('response', (answer: IncomingMessage) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    forwarded.end(body)
  })
  return { directory: `https://127.0.0.1:${await listenUntilEnd(t, server)}/dir`, asked }
}
