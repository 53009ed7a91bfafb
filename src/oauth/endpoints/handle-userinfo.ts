import { type Answer, type EndpointRequest, jsonAnswer } from '../../http/answer.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { findResourceOwner } from '../find-resource-owner.ts'

/**
 * Who the user of an access token is, for a client that may know. Whether the e-mail address reaches them isn't said, for
 * nobody knows. @see OpenID Connect Core sections 5.1 and 5.3
 */
export async function handleUserinfo({ store }: AuthorizationServer, { identity }: EndpointRequest): Promise<Answer> {
  if (!identity) throw new Error('userinfo was reached without an access token')
  const { id, name, displayName } = identity.user
  const owner = await findResourceOwner(store, { userName: name, userId: id })
  return jsonAnswer(200, { sub: id, name: displayName, preferred_username: name, email: owner?.email })
}
