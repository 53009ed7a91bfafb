import { type Answer, type EndpointRequest, jsonAnswer } from '../../http/answer.ts'
import type { AuthorizationServer } from '../authorization-server.ts'

/** Who the user of an access token is, for a client that may know. @see OpenID Connect Core section 5.3 */
export function handleUserinfo(_server: AuthorizationServer, { identity }: EndpointRequest): Answer {
  if (!identity) throw new Error('userinfo was reached without an access token')
  const { id, name, displayName } = identity.user
  return jsonAnswer(200, { sub: id, name: displayName, preferred_username: name })
}
