import { type Answer, type EndpointRequest, jsonAnswer } from '../../http/answer.ts'
import { hashSecret, newSecret } from '../../secrets/secret.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { type ClientMetadata, REGISTERED_GRANT_TYPES, readClientMetadata } from '../clients/client-metadata.ts'
import { matchesHash } from '../clients/clients.ts'
import { makeRoom } from '../clients/registered-clients.ts'
import { OAuthError } from '../oauth-error.ts'

/** How clients may register themselves. */
export interface Registration {
  /** Of the initial access token. */
  tokenHash: string
  /** What they may ask people for at the most. */
  scopes: string[]
}

/** The client registration endpoint, for whoever has the initial access token. @see RFC 7591 section 3 */
export async function handleRegister(
  server: AuthorizationServer,
  registration: Registration,
  asked: EndpointRequest,
): Promise<Answer> {
  try {
    checkInitialAccessToken(registration, asked.headers.authorization)
    const metadata = readClientMetadata(await readJsonObject(asked), registration.scopes)
    await makeRoom(server.store, server.now())
    return jsonAnswer(201, await registerClient(server, metadata, asked.address))
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    if (error.code === 'invalid_token') {
      const detail = `not registered: ${error.detail}`
      server.audit({ event: 'client_refused', address: asked.address, detail })
    }
    return registrationError(error, asked.headers.authorization !== undefined)
  }
}

function checkInitialAccessToken({ tokenHash }: Registration, authorization: string | undefined): void {
  const token = /^Bearer +(.+)$/i.exec(authorization ?? '')?.[1]
  if (matchesHash(token ?? '', tokenHash)) return
  const detail = token === undefined ? 'no initial access token' : 'wrong initial access token'
  throw new OAuthError('invalid_token', 'Registering needs the initial access token of this server.', detail)
}

async function readJsonObject({ headers, readBody }: EndpointRequest): Promise<Record<string, unknown>> {
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') throw notJson('The body has to be application/json.')
  const bytes = Buffer.from(await readBody(), 'latin1')
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw notJson('The body has to be JSON in UTF-8.')
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw notJson('The body has to be a JSON object.')
}

function notJson(sentence: string): OAuthError {
  return new OAuthError('invalid_client_metadata', sentence)
}

/** @returns all that was registered. @see RFC 7591 section 3.2.1 */
async function registerClient(server: AuthorizationServer, metadata: ClientMetadata, address: string | undefined) {
  const { store, now, randomBytes, audit } = server
  const id = `app-${randomBytes(12).toString('hex')}`
  const method = metadata.token_endpoint_auth_method
  const secret = method === 'none' ? undefined : newSecret(server)
  // Without a name it is called by its id. @see section 2
  const { client_name: name = id, redirect_uris, grant_types } = metadata
  const scopes = metadata.scope.split(' ')
  const createdAt = now()
  await store.insert('client', id, {
    name,
    public: secret === undefined,
    secretHash: secret && hashSecret(secret),
    redirectUris: redirect_uris,
    scopes,
    grantTypes: grant_types.map((type) => REGISTERED_GRANT_TYPES[type]),
    authMethods: method === 'none' ? [] : [method],
    createdAt,
  })
  audit({
    event: 'client_registered',
    address,
    client: id,
    scopes,
    detail: `${name}: ${redirect_uris.join(' ') || 'a device'}`,
  })
  return {
    client_id: id,
    client_id_issued_at: Math.floor(createdAt / 1000),
    ...(secret && { client_secret: secret, client_secret_expires_at: 0 }),
    ...metadata,
  }
}

/** @see RFC 7591 section 3.2.2, RFC 6750 section 3 */
function registrationError({ status, code, message, note }: OAuthError, hadCredentials: boolean): Answer {
  const error = hadCredentials ? `, error="${code}", error_description="${message}"` : ''
  const headers = {
    ...(status === 401 && { 'WWW-Authenticate': `Bearer realm="skillgate"${error}` }),
    ...(status === 429 && { 'Retry-After': '3600' }),
  }
  return { ...jsonAnswer(status, { error: code, error_description: message }, headers), detail: note }
}
