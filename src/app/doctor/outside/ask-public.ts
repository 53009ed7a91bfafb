import { request } from 'node:https'
import { isIP } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { connectTo } from '../../../net/connect-to.ts'
import { wholeAnswer } from '../../../net/whole-answer.ts'
import type { Patient } from '../examination.ts'
import { type Place, publicHost } from './public-host.ts'

export interface PublicCall {
  method?: 'GET' | 'POST'
  path: string
  headers?: Record<string, string>
  body?: string
}

export interface PublicAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
  /** From before the connection to the end of the answer. */
  tookMs: number
}

/** Longer than Alexa waits, so that it can be told how long it would have been. */
const TIMEOUT_MS = 15_000
/** Bytes; a consent page is far from it. */
const ANSWER_LIMIT = 1024 * 1024

/** What Amazon's servers call themselves when they ask for tokens. */
export const AMAZONS_AGENT = 'Apache-HttpClient/4.5.13 (Java/1.8.0_392)'
/** A browser on a phone. */
export const BROWSERS_AGENT =
  'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Mobile Safari/537.36'

/**
 * Asks as from outside, over a connection of its own. Any certificate is believed, for nothing secret is sent, and an
 * examination of its own says what to think of it.
 * @throws an error of Node's where no answer comes.
 */
export async function askPublic(
  patient: Patient,
  place: Place,
  call: PublicCall,
  timeoutMs = TIMEOUT_MS,
): Promise<PublicAnswer> {
  const { config, environment } = patient
  const { method = 'GET', path, headers = {}, body } = call
  const { monotonic = () => performance.now() } = environment
  const host = publicHost(patient)
  const begun = monotonic()
  const sent = request({
    ...{ ...place, method, path },
    createConnection: () =>
      connectTls({
        ...{ socket: connectTo(place, place.announced), rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] },
        ...(isIP(host) === 0 && { servername: host }),
      }),
    headers: {
      Host: new URL(config.public_url).host,
      'User-Agent': AMAZONS_AGENT,
      ...headers,
      ...(body !== undefined && { 'Content-Length': String(Buffer.byteLength(body)) }),
    },
  })
  const answer = wholeAnswer(sent, { timeoutMs, limitBytes: ANSWER_LIMIT })
  sent.end(body)
  return { ...(await answer), tookMs: monotonic() - begun }
}
