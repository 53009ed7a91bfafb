import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { rawHeaderValues } from '../../http/raw-headers.ts'

/** RFC 6455 section 1.3. */
const WEBSOCKET_ID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/**
 * Why a 101 of an upstream's can't be passed on: it switches to something else than WebSocket, or didn't read the request
 * that it answers.
 * @param response the 101.
 * @param key the client's `Sec-WebSocket-Key`; without one there is nothing to prove.
 * @see RFC 6455 section 4.1
 */
export function upgradeProblem(
  { httpVersion, rawHeaders }: Pick<IncomingMessage, 'httpVersion' | 'rawHeaders'>,
  key: string | undefined,
): string | undefined {
  if (httpVersion !== '1.1') return `a 101 of HTTP/${httpVersion}`
  const protocols = rawHeaderValues(rawHeaders, 'upgrade')
  if (protocols.length !== 1 || protocols[0]?.trim().toLowerCase() !== 'websocket')
    return `a 101 with Upgrade ${JSON.stringify(protocols.join(', '))}`
  if (rawHeaderValues(rawHeaders, 'transfer-encoding').length > 0) return 'a 101 with Transfer-Encoding'
  if (key === undefined) return undefined
  const accepts = rawHeaderValues(rawHeaders, 'sec-websocket-accept')
  const expected = createHash('sha1').update(`${key.trim()}${WEBSOCKET_ID}`).digest('base64')
  return accepts.length === 1 && accepts[0]?.trim() === expected
    ? undefined
    : 'a 101 whose Sec-WebSocket-Accept does not belong to the request'
}
