import type { IncomingMessage, ServerResponse } from 'node:http'
import { answerError, challengeAnswer, sendAnswer } from './answer-error.ts'
import { authorizeRequest } from './authorize-request.ts'
import type { Gateway } from './gateway.ts'
import { matchRoute } from './match-route.ts'
import { readBody } from './read-body.ts'
import { refuseAmbiguous } from './refuse-ambiguous.ts'

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** READ FIRST: what happens to a request, in order. A WebSocket takes the same way in handle-upgrade.ts. */
export function requestHandler(gateway: Gateway): RequestHandler {
  const { routes, accessTokens, clientAddress, identityHeaders, log, health } = gateway

  return async function handleRequest(request, response) {
    // While stopping, no client may hold on to its connection.
    if (health() === 'stopping') response.shouldKeepAlive = false
    try {
      const target = refuseAmbiguous(request)
      const route = matchRoute(routes, request.method as string, target.path)

      const decision = await authorizeRequest(route, request.headers.authorization, accessTokens)
      if (decision.kind === 'challenge') {
        sendAnswer(request, response, challengeAnswer(request, decision), log)
        return
      }

      const { identity } = decision
      const address = clientAddress(request)
      if ('handle' in route) {
        const { query } = target
        const asked = {
          query: query.slice(1),
          headers: request.headers,
          address,
          identity,
          readBody: () => readBody(request),
        }
        sendAnswer(request, response, await route.handle(asked), log)
        return
      }

      const caller = { identity, address: address ?? request.socket.remoteAddress ?? '' }
      const headers = identityHeaders(request.rawHeaders, caller, route.upstream.token)
      await route.forwarder.forward({ request, response, target, headers, authorized: identity !== undefined })
    } catch (error) {
      answerError(request, response, error, log)
    }
  }
}
