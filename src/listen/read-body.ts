import type { IncomingMessage } from 'node:http'
import type { BodyLimits } from '../gateway/exchange.ts'
import { ClientLeftError } from '../http/client-left-error.ts'
import { GatewayError } from '../http/gateway-error.ts'
import { rawHeader, rawHeaderValues } from '../http/raw-headers.ts'

/**
 * The whole body of a request.
 * @throws GatewayError body_too_large, unsupported_body, request_timeout; ClientLeftError
 */
export async function readBody(request: IncomingMessage, { limit, timeoutMs }: BodyLimits): Promise<Buffer> {
  const { rawHeaders } = request
  // Where it is there twice, who reads the body again may go by the other one.
  if (rawHeaderValues(rawHeaders, 'content-encoding').some((coding) => coding !== 'identity')) {
    throw new GatewayError('unsupported_body')
  }
  if (Number(rawHeader(rawHeaders, 'content-length') ?? 0) > limit) throw tooLarge(limit)
  const timeout = Promise.withResolvers<never>()
  // First what has come is read: timers come before it, and this process may have been kept from its work.
  const timer = setTimeout(() => setImmediate(() => timeout.reject(tooSlow(timeoutMs))), timeoutMs)
  try {
    return await Promise.race([collect(request, limit), timeout.promise])
  } finally {
    clearTimeout(timer)
  }
}

async function collect(request: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  // Leaving the loop must not end the connection: there is an answer to send.
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      size += chunk.length
      if (size > limit) throw tooLarge(limit)
      chunks.push(chunk)
    }
  } catch (error) {
    throw request.errored ? new ClientLeftError() : error
  }
  return Buffer.concat(chunks)
}

function tooSlow(timeoutMs: number): GatewayError {
  return new GatewayError('request_timeout', `the body took more than ${timeoutMs / 1000} s`)
}

function tooLarge(limit: number): GatewayError {
  return new GatewayError('body_too_large', `more than ${limit / 1024} KiB`)
}
