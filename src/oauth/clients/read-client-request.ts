import type { EndpointRequest } from '../../http/answer.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import type { Parameters } from '../checks/parameters.ts'
import { readForm } from '../checks/read-form.ts'
import type { Known } from '../endpoints/known.ts'
import { authenticateClient } from './authenticate-client.ts'
import type { Clients, RegisteredClient } from './clients.ts'

/** What an authenticated client asks. */
export interface ClientRequest {
  client: RegisteredClient
  parameters: Parameters
  address: string | undefined
  known: Known
}

/**
 * Reads what a client sends itself: a form, with who the client is.
 * @param find looks for the client, where it may be known otherwise than by its row.
 * @throws OAuthError invalid_request, invalid_client
 */
export async function readClientRequest(
  server: AuthorizationServer,
  request: EndpointRequest,
  known: Known,
  find: (id: string, parameters: Parameters) => ReturnType<Clients['find']> = server.clients.find,
): Promise<ClientRequest> {
  const parameters = await readForm(request)
  known.parameters = parameters
  const { authorization } = request.headers
  const client = await authenticateClient(server, authorization, parameters, (id) => find(id, parameters))
  known.client = client.id
  return { client, parameters, address: request.address, known }
}
