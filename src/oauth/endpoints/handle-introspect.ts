import { type Answer, type EndpointRequest, jsonAnswer } from '../../http/answer.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { stillAllowed } from '../checks/still-allowed.ts'
import { readClientRequest } from '../clients/read-client-request.ts'
import { deny } from '../deny.ts'
import { findRefreshToken } from '../grants/find-refresh-token.ts'
import { OAuthError } from '../oauth-error.ts'
import type { Known } from './known.ts'

/** What a token is good for. @see RFC 7662 section 2.2 */
interface ActiveToken {
  active: true
  token_type?: 'Bearer'
  scope: string
  client_id: string
  /** The user's name. */
  username: string
  /** The user's id. */
  sub: string
  /** The resources that it is for. */
  aud: string[]
  iss: string
  /** Seconds since 1970. */
  iat: number
  /** Seconds since 1970; absent for what has no end. */
  exp?: number
}

/**
 * The introspection endpoint. A resource server learns of every access token, but of no refresh token, lest it takes one
 * for the other; any other client only of its own tokens. @see RFC 7662
 */
export async function handleIntrospect(
  server: AuthorizationServer,
  request: EndpointRequest,
  known: Known,
): Promise<Answer> {
  const { client, parameters } = await readClientRequest(server, request, known)
  if (client.public) throw deny('client-without-secret', `client ${client.id}`)
  const token = parameters.require('token')
  const found =
    (await describeAccessToken(server, token)) ??
    (client.resource_server ? undefined : await describeRefreshToken(server, token))
  const mayKnow = client.resource_server || found?.client_id === client.id
  return jsonAnswer(200, found && mayKnow ? found : { active: false })
}

async function describeAccessToken(server: AuthorizationServer, token: string): Promise<ActiveToken | undefined> {
  const found = await server.accessTokens.find(token)
  if (!found) return undefined
  const { identity } = found
  return {
    active: true,
    token_type: 'Bearer',
    scope: identity.scopes.join(' '),
    client_id: identity.client ?? '',
    username: identity.user.name,
    sub: identity.user.id,
    aud: found.resources ?? [server.issuer],
    iss: server.issuer,
    iat: seconds(found.issuedAt),
    exp: seconds(found.expiresAt),
  }
}

async function describeRefreshToken(server: AuthorizationServer, token: string): Promise<ActiveToken | undefined> {
  const found = await findRefreshToken(server, token).catch((error) => {
    if (error instanceof OAuthError) return undefined
    throw error
  })
  const { client: clientId = '', userName = '', userId = '' } = found?.grant.record ?? {}
  const client = await server.clients.find(clientId)
  if (!found || !client || found.record.supersededAt !== undefined) return undefined
  const { scopes, resources, issuedAt, expiresAt } = found.record
  return {
    active: true,
    scope: stillAllowed(scopes, client).join(' '),
    client_id: clientId,
    username: userName,
    sub: userId,
    aud: resources ?? [server.issuer],
    iss: server.issuer,
    iat: seconds(issuedAt),
    ...(expiresAt !== undefined && { exp: seconds(expiresAt) }),
  }
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000)
}
