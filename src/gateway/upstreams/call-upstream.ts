import type { CallUpstream, UpstreamAnswer, UpstreamCall } from '../../http/call-upstream.ts'
import type { GatewayError } from '../../http/gateway-error.ts'
import { answerProblem } from './answer-problem.ts'
import { type Connection, type Dispatcher, isTooSlow, rawHeadersOf } from './connection.ts'
import { tooSlow, unreachable } from './outcome.ts'
import type { Upstream } from './upstream.ts'

const TIMEOUT_MS = 10_000
const ANSWER_LIMIT = 16 * 1024 * 1024

/** Calls of the gateway's own to an upstream, over the connections that it has anyway. */
export function callsTo(upstream: Upstream): CallUpstream {
  return async function callUpstream(call) {
    const { pool } = upstream
    const release = upstream.lease()
    try {
      const connection = pool.take() ?? (await waitForConnection(upstream))
      try {
        return await exchangeOver(connection, upstream, call)
      } finally {
        // Never within a call of undici's, which has to finish with it first.
        process.nextTick(() => pool.free(connection))
      }
    } finally {
      release()
    }
  }
}

function waitForConnection({ pool }: Upstream): Promise<Connection> {
  return new Promise((resolve, reject) => pool.wait(resolve, reject))
}

function exchangeOver(connection: Connection, upstream: Upstream, call: UpstreamCall): Promise<UpstreamAnswer> {
  const { method, path, headers = [], body = null, timeoutMs = TIMEOUT_MS, limit = ANSWER_LIMIT } = call
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined
    let answer: Omit<UpstreamAnswer, 'body'> | undefined
    const chunks: Uint8Array[] = []
    let size = 0
    const timer = setTimeout(() => fail(tooSlow({ ...upstream, responseTimeoutMs: timeoutMs })), timeoutMs)
    const fail = (error: GatewayError) => {
      clearTimeout(timer)
      reject(error)
      controller?.abort(error)
    }
    const broken = (why: string) => fail(unreachable(upstream, new Error(why)))
    connection.send(
      { method, path, headers, body },
      {
        onRequestStart(started) {
          controller = started
          connection.guard.awaitAnswer()
        },
        onResponseStart(started, status) {
          const rawHeaders = rawHeadersOf(started)
          const problem = answerProblem(rawHeaders, connection.guard.isOld)
          if (problem !== undefined) return broken(problem)
          answer = { status, rawHeaders }
        },
        onResponseData(_, chunk) {
          size += chunk.length
          if (size > limit) return broken(`an answer of more than ${limit} bytes`)
          chunks.push(chunk)
        },
        onResponseEnd() {
          if (connection.guard.brokenOff || !answer) return broken('it broke off in the middle of its answer')
          clearTimeout(timer)
          resolve({ ...answer, body: Buffer.concat(chunks) })
        },
        onResponseError(_, error) {
          fail(isTooSlow(error) ? tooSlow(upstream) : unreachable(upstream, error))
        },
      },
    )
  })
}
