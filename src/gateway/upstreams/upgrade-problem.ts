import { createHash } from 'node:crypto'
import { rawHeaderValues } from '../../http/raw-headers.ts'

/** RFC 6455 section 1.3. */
const WEBSOCKET_ID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'

/**
 * Why a 101 of an upstream's can't be passed on: it switches to something else than WebSocket, or didn't read the request
 * that it answers.
 * @param rawHeaders of the 101, names and values in turn.
 * @param key the client's `Sec-WebSocket-Key`; without one there is nothing to prove.
 * @see RFC 6455 section 4.1
 */
export function upgradeProblem(rawHeaders: string[], key: string | undefined): string | undefined {
  const protocols = rawHeaderValues(rawHeaders, 'upgrade')
  if (protocols.length !== 1 || protocols[0]?.trim().toLowerCase() !== 'websocket')
    return `a 101 with Upgrade ${JSON.stringify(protocols.join(', '))}`
  if (key === undefined) return undefined
  const accepts = rawHeaderValues(rawHeaders, 'sec-websocket-accept')
  const expected = createHash('sha1').update(`${key.trim()}${WEBSOCKET_ID}`).digest('base64')
  return accepts.length === 1 && accepts[0]?.trim() === expected
    ? undefined
    : 'a 101 whose Sec-WebSocket-Accept does not belong to the request'
}
