import { type Answer, type EndpointRequest, jsonAnswer } from '../../http/answer.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import type { Parameters } from '../checks/parameters.ts'
import { readForm } from '../checks/read-form.ts'
import { OAuthError } from '../oauth-error.ts'
import { authenticateClient } from './authenticate-client.ts'
import type { RegisteredClient } from './clients.ts'

/** What an authenticated client asks. */
export interface ClientRequest {
  client: RegisteredClient
  parameters: Parameters
  address: string | undefined
}

/** Answers an endpoint that a client calls itself: it sends a form, authenticates, and gets JSON also of a refusal. */
export async function forClient(
  server: AuthorizationServer,
  { headers, readBody, address }: EndpointRequest,
  run: (request: ClientRequest) => Promise<Answer>,
): Promise<Answer> {
  try {
    const parameters = await readForm(headers, readBody)
    const client = await authenticateClient(server, headers.authorization, parameters)
    return await run({ client, parameters, address })
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    if (error.code === 'invalid_client') server.audit({ event: 'client_refused', address, detail: error.detail })
    return clientError(error)
  }
}

/** @see RFC 6749 section 5.2 */
export function clientError({ status, code, message, note }: OAuthError): Answer {
  const challenge = status === 401 ? { 'WWW-Authenticate': 'Basic realm="skillgate", charset="UTF-8"' } : undefined
  return { ...jsonAnswer(status, { error: code, error_description: message }, challenge), detail: note }
}
