/** A request of the gateway's own to a server behind it. */
export interface UpstreamCall {
  method: 'GET' | 'POST'
  /** With the query, if there is one. */
  path: string
  /** Names and values in turn. */
  headers?: string[]
  body?: string
  /** From the beginning to the end of the answer; 10 s if absent. */
  timeoutMs?: number
  /** Bytes of the answer's body; 16 MiB if absent. */
  limit?: number
}

export interface UpstreamAnswer {
  status: number
  /** Names and values in turn, as they came. */
  rawHeaders: string[]
  body: Buffer
}

/**
 * Calls a server behind the gateway.
 * @throws GatewayError bad_gateway, gateway_timeout, upstream_busy where there is no whole answer.
 */
export type CallUpstream = (call: UpstreamCall) => Promise<UpstreamAnswer>
