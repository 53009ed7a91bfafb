import type { IncomingMessage } from 'node:http'
import { GatewayError } from '../http/gateway-error.ts'

/** Bytes. More than the longest authorization request on a consent page comes to. */
const LIMIT = 32 * 1024
/** Milliseconds for the whole of it. */
const TIMEOUT = 5000

/**
 * The body of a request for one of the gateway's own endpoints, each byte a character.
 * @throws GatewayError body_too_large, unsupported_body, request_timeout
 */
export async function readBody(request: IncomingMessage): Promise<string> {
  if ((request.headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new GatewayError('unsupported_body', 'Send the body without Content-Encoding.')
  }
  if (Number(request.headers['content-length'] ?? 0) > LIMIT) throw tooLarge()
  const timeout = Promise.withResolvers<never>()
  const timer = setTimeout(() => timeout.reject(tooSlow()), TIMEOUT)
  try {
    return await Promise.race([collect(request), timeout.promise])
  } finally {
    clearTimeout(timer)
  }
}

async function collect(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  // Leaving the loop must not end the connection: there is an answer to send.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length
    if (size > LIMIT) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('latin1')
}

function tooSlow(): GatewayError {
  const sentence = `The body did not arrive within ${TIMEOUT / 1000} s.`
  return new GatewayError('request_timeout', sentence, sentence, { Connection: 'close' })
}

function tooLarge(): GatewayError {
  const sentence = `The body has more than ${LIMIT / 1024} KiB.`
  return new GatewayError('body_too_large', sentence, sentence, { Connection: 'close' })
}
