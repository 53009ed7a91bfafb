import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { GatewayError } from '../http/gateway-error.ts'
import { answerError, challengeAnswer, sendAnswer } from './answer-error.ts'
import { authorizeRequest } from './authorize-request.ts'
import type { Gateway } from './gateway.ts'
import { matchRoute } from './match-route.ts'
import { refuseAmbiguous } from './refuse-ambiguous.ts'
import { tunnel } from './upstreams/tunnel.ts'

export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void>

/** What happens to a WebSocket, in order: the same decisions as for a request. */
export function upgradeHandler(gateway: Gateway): UpgradeHandler {
  const { routes, accessTokens, tunnels, clientAddress, identityHeaders, log } = gateway

  return async function handleUpgrade(request, socket, head) {
    // Nobody else listens, and one client's reset would end the process.
    socket.on('error', () => socket.destroy())
    try {
      const target = refuseAmbiguous(request)
      const route = matchRoute(routes, request.method as string, target.path)
      if ('handle' in route || !route.websocket || !isWebSocket(request)) throw notAllowed(request)

      const decision = await authorizeRequest(route, request.headers.authorization, accessTokens)
      if (decision.kind === 'challenge') {
        sendAnswer(request, respondOn(request, socket), challengeAnswer(request, decision), log)
        return
      }

      const { identity } = decision
      const caller = { identity, address: clientAddress(request) ?? request.socket.remoteAddress ?? '' }
      const headers = identityHeaders(request.rawHeaders, caller, route.upstream.token)
      if (identity) tunnels.follow(socket, identity)
      tunnel(
        route.upstream,
        { request, socket, head, headers, authorized: identity !== undefined },
        {
          fail: (error) => answerError(request, respondOn(request, socket), error, log),
          respond: () => respondOn(request, socket),
        },
      )
    } catch (error) {
      answerError(request, respondOn(request, socket), error, log)
    }
  }
}

function isWebSocket({ method, headers }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket'
}

function notAllowed({ method, headers }: IncomingMessage): GatewayError {
  const sentence = 'This address takes no such upgrade. Send the request without the Upgrade header.'
  return new GatewayError('upgrade_not_allowed', sentence, `${method} with Upgrade ${headers.upgrade}`)
}

/** An ordinary response on a socket that Node has handed over for an upgrade; the socket ends with it. */
function respondOn(request: IncomingMessage, socket: Duplex): ServerResponse {
  const response = new ServerResponse(request)
  response.shouldKeepAlive = false
  response.assignSocket(socket as Socket)
  // Node has taken its own listener away, and a long answer would stop where the client's buffer is full.
  socket.on('drain', () => response.emit('drain'))
  response.once('finish', () => socket.end())
  return response
}
