import { request } from 'node:https'
import { isIP } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { connectTo } from '../../net/connect-to.ts'
import { wholeAnswer } from '../../net/whole-answer.ts'

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
  /** Whether it expects the PROXY protocol of us. */
  announced?: boolean
}

/** Alexa waits no longer for a skill. */
const TIMEOUT_MS = 8000
/** Bytes; nothing of the gateway's own is as long. */
const ANSWER_LIMIT = 4 * 1024 * 1024

/** Calls a gateway as from outside, over a connection of its own each time. */
export function callsToGateway(place: GatewayPlace, monotonic = () => performance.now()): CallGateway {
  const { host, port, publicHost, ca, announced } = place
  const name = publicHost.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')
  // No name is sent for an address (RFC 6066 section 3).
  const servername = isIP(name) === 0 ? name : ''
  return async function callGateway({ method = 'GET', path, headers = {}, body }) {
    const begun = monotonic()
    const length = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }
    const sent = request({
      ...{ host, port, method, path },
      createConnection: () => connectTls({ socket: connectTo(place, announced), ca, servername, host: name }),
      headers: {
        Host: publicHost,
        'User-Agent': 'Apache-HttpClient/4.5.x (Skillgate simulator)',
        ...headers,
        ...length,
      },
    })
    const answer = wholeAnswer(sent, { timeoutMs: TIMEOUT_MS, limitBytes: ANSWER_LIMIT })
    sent.end(body)
    return { ...(await answer), tookMs: monotonic() - begun }
  }
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
