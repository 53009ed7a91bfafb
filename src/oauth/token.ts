import { type Answer, type EndpointRequest, jsonAnswer } from '../pages/answer.ts'
import type { AuthorizationServer } from './authorization-server.ts'
import { authenticateClient } from './clients.ts'
import { exchangeCode } from './codes.ts'
import { OAuthError } from './errors.ts'
import { readForm } from './form.ts'
import { refreshTokens } from './refresh.ts'

const GRANT_TYPES = { authorization_code: exchangeCode, refresh_token: refreshTokens }

/** The token endpoint. @see RFC 6749 section 3.2 */
export async function handleToken(
  server: AuthorizationServer,
  { headers, readBody }: EndpointRequest,
): Promise<Answer> {
  try {
    const parameters = await readForm(headers, readBody)
    const client = authenticateClient(server.clients, headers.authorization, parameters)
    const grantType = parameters.require('grant_type')
    if (!isGrantType(grantType)) {
      throw new OAuthError(
        'unsupported_grant_type',
        `The grant_type has to be one of: ${Object.keys(GRANT_TYPES).join(' ')}`,
      )
    }
    if (client.public && grantType === 'refresh_token') {
      throw new OAuthError('unauthorized_client', 'A public client gets no refresh tokens.')
    }
    return jsonAnswer(200, await GRANT_TYPES[grantType](server, client, parameters))
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    return tokenError(error)
  }
}

function isGrantType(value: string): value is keyof typeof GRANT_TYPES {
  return Object.hasOwn(GRANT_TYPES, value)
}

/** @see RFC 6749 section 5.2 */
function tokenError({ status, code, message, note }: OAuthError): Answer {
  const challenge = status === 401 ? { 'WWW-Authenticate': 'Basic realm="skillgate", charset="UTF-8"' } : undefined
  return { ...jsonAnswer(status, { error: code, error_description: message }, challenge), detail: note }
}
