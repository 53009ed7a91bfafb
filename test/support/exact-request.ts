import type { IncomingHttpHeaders } from 'node:http'
import { request } from 'node:https'
import { text } from 'node:stream/consumers'

export interface ExactRequest {
  method?: string
  /** Sent as it is: nothing is encoded, sorted or resolved on the way. */
  path: string
  headers?: Record<string, string>
  body?: string | Buffer
}

export interface ExactAnswer {
  status: number
  headers: IncomingHttpHeaders
  text: string
}

export const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

/** One request over a connection of its own, with exactly these characters in it. */
export function exactRequest(house: { port: number; ca: string }, exact: ExactRequest): Promise<ExactAnswer> {
  const { method = 'GET', path, headers = {}, body } = exact
  return new Promise((resolve, reject) => {
    const sent = request({ host: 'localhost', port: house.port, ca: house.ca, agent: false, method, path, headers })
    sent.on('error', reject)
    sent.on('response', (response) => {
      text(response).then(
        (content) => resolve({ status: response.statusCode ?? 0, headers: response.headers, text: content }),
        reject,
      )
    })
    sent.end(body)
  })
}

/** Sends this body to the token endpoint. */
export function postExactToken(
  house: { port: number; ca: string },
  body: string | Buffer,
  headers: Record<string, string> = FORM,
): Promise<ExactAnswer> {
  return exactRequest(house, { method: 'POST', path: '/alexa/token', headers, body })
}
