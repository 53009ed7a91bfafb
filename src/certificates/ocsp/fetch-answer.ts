import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'

/** Bytes; an answer with the certificate of who signed it has 2 KB. */
const ANSWER_LIMIT = 64 * 1024
/** For all of it. */
const TIMEOUT_MS = 15_000

/** Nobody could be asked. The message ends a sentence for the log. */
export class ResponderError extends Error {
  override name = 'ResponderError'
}

/** Asks a responder. @param stopped breaks it off. @returns what it answered. */
export type AskResponder = (url: string, request: Buffer, stopped?: AbortSignal) => Promise<Buffer>

/**
 * Follows no redirect: the certificate names who is to be asked.
 * @throws ResponderError
 * @see RFC 6960 appendix A.1
 */
export const askResponder: AskResponder = async (url, request, stopped) => {
  const target = URL.parse(url)
  const isHttp = target?.protocol === 'http:' || target?.protocol === 'https:'
  if (!target || !isHttp || target.username !== '') throw new ResponderError(`${JSON.stringify(url)} can't be asked`)
  const deadline = AbortSignal.timeout(TIMEOUT_MS)
  const signal = stopped ? AbortSignal.any([deadline, stopped]) : deadline
  const answered = Promise.withResolvers<Buffer>()
  const headers = {
    'Content-Type': 'application/ocsp-request',
    Accept: 'application/ocsp-response',
    'Content-Length': request.length,
    'User-Agent': 'skillgate',
  }
  const send = target.protocol === 'https:' ? requestHttps : requestHttp
  const sent = send(target, { method: 'POST', headers, signal, agent: false }, (response) => {
    const chunks: Buffer[] = []
    let length = 0
    if (response.statusCode !== 200) fail(`it answered with status ${response.statusCode}`)
    response.on('error', failed)
    response.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > ANSWER_LIMIT) fail('its answer is too long')
      else chunks.push(chunk)
    })
    response.on('end', () => {
      if (response.complete) answered.resolve(Buffer.concat(chunks))
      else fail('its answer broke off')
    })
  })
  sent.on('error', failed)
  sent.end(request)

  function failed(error: Error): void {
    const why = deadline.aborted ? 'it took too long to answer' : error.message
    answered.reject(new ResponderError(why, { cause: error }))
  }

  function fail(why: string): void {
    answered.reject(new ResponderError(why))
    sent.destroy()
  }

  return answered.promise
}
