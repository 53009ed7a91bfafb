import { type Answer, type EndpointRequest, jsonAnswer } from '../../http/answer.ts'
import { isObject } from '../../http/is-object.ts'
import { hashSecret, newSecret } from '../../secrets/secret.ts'
import type { ClientRecord } from '../../store/records.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { matchesHash } from '../clients/clients.ts'
import { type ClientMetadata, REGISTERED_GRANT_TYPES, readClientMetadata } from '../clients/read-client-metadata.ts'
import { addRegisteredClient } from '../clients/registered-clients.ts'
import { deny } from '../deny.ts'

/** How clients may register themselves. */
export interface Registration {
  /** Of the initial access token. */
  tokenHash: string
  /** The limit of what they may ask people for. */
  scopes: string[]
}

/** The client registration endpoint, for whoever has the initial access token. @see RFC 7591 section 3 */
export async function handleRegister(server: AuthorizationServer, request: EndpointRequest): Promise<Answer> {
  const { registration } = server
  if (!registration) throw new Error('register was reached where nobody may register')
  checkInitialAccessToken(registration, request.headers.authorization)
  const metadata = readClientMetadata(await readJsonObject(request), registration.scopes)
  return jsonAnswer(201, await registerClient(server, metadata, request.address))
}

function checkInitialAccessToken({ tokenHash }: Registration, authorization: string | undefined): void {
  const token = /^Bearer +(.+)$/i.exec(authorization ?? '')?.[1]
  if (matchesHash(token ?? '', tokenHash)) return
  const which = token === undefined ? 'no' : 'wrong'
  throw deny('initial-access-token-wrong', `not registered: ${which} initial access token`)
}

async function readJsonObject({ headers, readBody }: EndpointRequest): Promise<Record<string, unknown>> {
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') throw deny('metadata-of-another-type')
  const bytes = Buffer.from(await readBody(), 'latin1')
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    throw deny('metadata-not-json')
  }
  if (isObject(value)) return { ...value }
  throw deny('metadata-not-an-object')
}

/** @returns all that was registered. @see RFC 7591 section 3.2.1 */
async function registerClient(server: AuthorizationServer, metadata: ClientMetadata, address: string | undefined) {
  const { store, now, randomBytes, audit, clockDoubt } = server
  const id = `app-${randomBytes(12).toString('hex')}`
  const method = metadata.token_endpoint_auth_method
  const secret = method === 'none' ? undefined : newSecret(server)
  // Without a name it is called by its id. @see section 2
  const { client_name: name = id, redirect_uris, grant_types } = metadata
  const scopes = metadata.scope.split(' ')
  const createdAt = now()
  const record: ClientRecord = {
    name,
    public: secret === undefined,
    secretHash: secret && hashSecret(secret),
    redirectUris: redirect_uris,
    scopes,
    grantTypes: grant_types.map((type) => REGISTERED_GRANT_TYPES[type]),
    authMethods: method === 'none' ? [] : [method],
    createdAt,
  }
  await addRegisteredClient(store, createdAt, { id, record }, clockDoubt() !== undefined)
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
