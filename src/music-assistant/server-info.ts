import type { CallUpstream } from '../http/call-upstream.ts'
import { GatewayError } from '../http/gateway-error.ts'
import { isObject } from '../http/is-object.ts'
import { parseJson } from '../http/parse-json.ts'

/** So long it is told to whoever comes; the server itself says it anew where somebody with a header is connected. */
const REMEMBERED_MS = 10_000
const SIZE_LIMIT = 64 * 1024

/**
 * What the server says of itself, and first on `/ws`: the same as `GET /info`. Strangers who come together cost it one call.
 * @param monotonic milliseconds of a clock that only counts on.
 * @returns a function that throws GatewayError bad_gateway, gateway_timeout, upstream_busy
 */
export function rememberServerInfo(
  callUpstream: CallUpstream,
  monotonic: () => number = () => performance.now(),
): () => Promise<string> {
  let known: { info: string; at: number } | undefined
  let asking: Promise<string> | undefined

  async function ask(): Promise<string> {
    const { status, body } = await callUpstream({ method: 'GET', path: '/info', limit: SIZE_LIMIT })
    const info = status === 200 ? body.toString('utf8') : ''
    if (readServerInfo(info) === undefined)
      throw new GatewayError('bad_gateway', `GET /info was answered ${status}, and not with what the server is`)
    known = { info, at: monotonic() }
    return info
  }

  return async function serverInfo() {
    if (known && monotonic() - known.at < REMEMBERED_MS) return known.info
    asking ??= ask().finally(() => {
      asking = undefined
    })
    return asking
  }
}

/** @returns undefined for anything else than what a server says first. */
export function readServerInfo(message: string): { schema: number } | undefined {
  const info = parseJson(message)
  if (!isObject(info) || 'message_id' in info || typeof info.server_id !== 'string') return undefined
  return typeof info.schema_version === 'number' ? { schema: info.schema_version } : undefined
}
