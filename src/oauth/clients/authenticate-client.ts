import type { AuthMethod } from '../../config/schema.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { Parameters } from '../checks/parameters.ts'
import { deny } from '../deny.ts'
import { clockUnsettled } from '../grants/find-unless-in-doubt.ts'
import { goodHashes } from './client-secrets.ts'
import { type Clients, matchesHash, type RegisteredClient, unknownClient } from './clients.ts'

interface Credentials {
  id?: string
  /** The readings of the secret; a public client sends none, which is the empty one. */
  secrets: string[]
  method: AuthMethod
}

/**
 * Which client is calling, by HTTP Basic or by the body's `client_id` and `client_secret`.
 * @param find looks for a client that says so.
 * @throws OAuthError invalid_client when it isn't who it says; invalid_request when Basic and the body disagree.
 * @see RFC 6749 section 2.3.1
 */
export async function authenticateClient(
  { clients, store, now, clockDoubt }: Pick<AuthorizationServer, 'clients' | 'store' | 'now' | 'clockDoubt'>,
  authorization: string | undefined,
  parameters: Parameters,
  find: Clients['find'] = clients.find,
): Promise<RegisteredClient> {
  const { id, secrets, method } = readCredentials(authorization, parameters)
  if (id === undefined) throw deny('credentials-missing', 'no client_id')
  const client = await find(id)
  const none = secrets.every((secret) => secret === '')
  if (client?.public && none) return client

  const confidential = client && !client.public
  const renewed = confidential ? await store.get('client-secret', id) : undefined
  const matchesAt = (at: number) => {
    const hashes = confidential ? goodHashes(renewed, client.secretHash, at) : []
    // An unknown client costs what a wrong secret does.
    return secrets.some((secret) => [undefined, ...hashes].filter((hash) => matchesHash(secret, hash)).length > 0)
  }
  if (!client || !matchesAt(now())) {
    const doubt = clockDoubt()
    if (doubt && matchesAt(0)) throw clockUnsettled(`an earlier secret of client ${id} ended`, doubt)
    const detail = client ? `${none ? 'no' : 'wrong'} secret for client ${id}` : unknownClient(clients, id)
    throw deny('credentials-wrong', detail)
  }
  if (!client.auth_methods.includes(method)) {
    const methods = client.auth_methods.join(' or ')
    throw deny('auth-method-wrong', { methods, detail: `client ${id} used ${method}` })
  }
  return client
}

function readCredentials(authorization: string | undefined, parameters: Parameters): Credentials {
  const bodyId = parameters.get('client_id')
  const bodySecret = parameters.get('client_secret')
  if (authorization === undefined) return { id: bodyId, secrets: [bodySecret ?? ''], method: 'client_secret_post' }
  const { id, secrets } = readBasic(authorization)
  if ((bodyId !== undefined && bodyId !== id) || (bodySecret !== undefined && !secrets.includes(bodySecret))) {
    throw deny('credentials-differ')
  }
  return { id, secrets, method: 'client_secret_basic' }
}

/**
 * The name and password of Basic should be form-encoded first, but many clients send them as they are: both readings of
 * a secret count. @see RFC 6749 section 2.3.1, RFC 7617 section 2
 */
function readBasic(authorization: string): { id?: string; secrets: string[] } {
  const credentials = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization)?.[1]
  const [, id, secret] = /^([^:]*):(.*)$/s.exec(Buffer.from(credentials ?? '', 'base64').toString('latin1')) ?? []
  if (id === undefined || secret === undefined) throw deny('credentials-malformed')
  const decoded = new Parameters(`id=${plain(id)}&secret=${plain(secret)}`)
  return { id: decoded.get('id'), secrets: [decoded.get('secret') ?? '', secret] }
}

/** Keeps what was not encoded from being taken for a second parameter. */
function plain(encoded: string): string {
  return encoded.replaceAll('&', '%26')
}
