import { request } from 'node:https'
import { isIP } from 'node:net'

export interface GatewayCall {
  method?: 'GET' | 'POST'
  path: string
  headers?: Record<string, string>
  body?: string
}

export interface GatewayAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
  /** From the beginning of the call to the end of the answer. */
  tookMs: number
}

/** @throws an error of Node's where nobody answers. */
export type CallGateway = (call: GatewayCall) => Promise<GatewayAnswer>

export interface GatewayPlace {
  /** Where it listens. */
  host: string
  port: number
  /** The host by which the world knows it. */
  publicHost: string
  /** The CA of its certificate, in PEM, where that is none that everybody trusts. */
  ca: string | undefined
}

/** Alexa waits no longer for a skill. */
const TIMEOUT_MS = 8000

/** Calls a gateway as from outside, over a connection of its own each time. */
export function callsToGateway(place: GatewayPlace, monotonic = () => performance.now()): CallGateway {
  const { host, port, publicHost, ca } = place
  return function callGateway({ method = 'GET', path, headers = {}, body }) {
    const begun = monotonic()
    return new Promise((resolve, reject) => {
      const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }
      const sent = request({
        ...{
          host,
          port,
          ca,
          method,
          path,
          agent: false,
          servername: nameIn(publicHost),
          timeout: TIMEOUT_MS,
        },
        headers: {
          Host: publicHost,
          'User-Agent': 'Apache-HttpClient/4.5.x (Skillgate simulator)',
          ...headers,
          ...length,
        },
      })
      sent.once('error', reject)
      sent.once('timeout', () => sent.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)))
      sent.once('response', (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.once('error', reject)
        response.once('end', () => {
          const { statusCode: status = 0, headers: answered } = response
          resolve({ status, headers: answered, text: Buffer.concat(chunks).toString(), tookMs: monotonic() - begun })
        })
      })
      sent.end(body)
    })
  }
}

/** No name is sent for an address (RFC 6066 section 3). */
function nameIn(publicHost: string): string {
  const host = publicHost.replace(/:\d+$/, '')
  return isIP(host.replace(/^\[|\]$/g, '')) ? '' : host
}

/** The answer as JSON; an empty object where it is none. */
export function jsonOf({ text }: Pick<GatewayAnswer, 'text'>): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

/** What came, in a line. Never with what is a secret. */
export function inWords(answer: GatewayAnswer): string {
  const { error } = jsonOf(answer)
  return typeof error === 'string' ? `${answer.status} ${error}` : String(answer.status)
}
