import type { Client } from '../config/schema.ts'
import { isSecret, sameSecret } from '../store/secrets.ts'
import { OAuthError } from './errors.ts'
import { Parameters } from './parameters.ts'

/** A configured client with its secret at hand; a public one has none. */
export type RegisteredClient = Omit<Client, 'secret'> & { secret?: string }
export type Clients = Map<string, RegisteredClient>

/** @throws OAuthError invalid_request; there is nowhere to redirect it to. */
export function findClient(clients: Clients, parameters: Parameters): RegisteredClient {
  const id = parameters.require('client_id')
  const client = clients.get(id)
  if (!client) throw new OAuthError('invalid_request', 'The client_id is not known here.', unknownClient(clients, id))
  return client
}

/**
 * Which client is calling, by HTTP Basic or by the body's `client_id` and `client_secret`.
 * @throws OAuthError invalid_client when it isn't who it says; invalid_request when Basic and the body disagree.
 * @see RFC 6749 section 2.3.1
 */
export function authenticateClient(
  clients: Clients,
  authorization: string | undefined,
  parameters: Parameters,
): RegisteredClient {
  const bodyId = parameters.get('client_id')
  const bodySecret = parameters.get('client_secret')
  const { id, secrets } =
    authorization === undefined ? { id: bodyId, secrets: [bodySecret ?? ''] } : readBasic(authorization)
  const otherId = bodyId !== undefined && bodyId !== id
  const otherSecret = bodySecret !== undefined && !secrets.some((secret) => sameSecret(bodySecret, secret))
  if (authorization !== undefined && (otherId || otherSecret)) {
    throw new OAuthError('invalid_request', 'The credentials in the Authorization header and in the body differ.')
  }
  if (id === undefined) throw new OAuthError('invalid_client', 'Client credentials are missing.', 'no client_id')
  const client = clients.get(id)
  // An unknown client costs what a wrong secret does.
  const matches = secrets.filter((secret) => sameSecret(secret, client?.secret ?? '')).length > 0
  if (!client || !matches) {
    const none = secrets.every((secret) => secret === '')
    const detail = client ? `${none ? 'no' : 'wrong'} secret for client ${id}` : unknownClient(clients, id)
    throw new OAuthError('invalid_client', 'The client credentials are not valid.', detail)
  }
  return client
}

/** For the log, where no secret may stand: one that was typed into the field of the id isn't repeated. */
function unknownClient(clients: Clients, id: string): string {
  const known = [...clients.values()].some(({ secret }) => secret !== undefined && sameSecret(id, secret))
  if (known || isSecret(id)) return 'unknown client, whose client_id looks like a secret'
  return `unknown client ${JSON.stringify(id.slice(0, 100))}`
}

/**
 * The name and password of Basic should be form-encoded first, but many clients send them as they are: both readings of
 * a secret count. @see RFC 6749 section 2.3.1, RFC 7617 section 2
 */
function readBasic(authorization: string): { id?: string; secrets: string[] } {
  const credentials = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization)?.[1]
  const [, id, secret] = /^([^:]*):(.*)$/s.exec(Buffer.from(credentials ?? '', 'base64').toString('latin1')) ?? []
  if (id === undefined || secret === undefined) {
    throw new OAuthError('invalid_client', 'The Authorization header is not valid HTTP Basic.')
  }
  const decoded = new Parameters(`id=${plain(id)}&secret=${plain(secret)}`)
  return { id: decoded.get('id'), secrets: [decoded.get('secret') ?? '', secret] }
}

/** Keeps what was not encoded from being taken for a second parameter. */
function plain(encoded: string): string {
  return encoded.replaceAll('&', '%26')
}
