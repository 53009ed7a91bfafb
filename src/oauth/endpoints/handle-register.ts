import { type Answer, type EndpointRequest, jsonAnswer } from '../../http/answer.ts'
import { isObject } from '../../http/is-object.ts'
import { networkHash } from '../../limits/count-by-address.ts'
import { hashSecret, newSecret } from '../../secrets/secret.ts'
import type { ClientRecord } from '../../store/records.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { matchesHash } from '../clients/clients.ts'
import { type ClientMetadata, readClientMetadata } from '../clients/read-client-metadata.ts'
import { countOpenRegistration } from '../clients/registered/count-open-registration.ts'
import { addRegisteredClient } from '../clients/registered/registered-clients.ts'
import { registrationWindow } from '../clients/registered/registration-window.ts'
import { TIME_TO_BE_APPROVED_MS } from '../clients/registered/room-for-strangers.ts'
import { deny } from '../deny.ts'
import { GRANT_TYPES } from '../grant-types.ts'

/** How clients may register themselves, besides while `skillgate client allow` lets any of them. */
export interface Registration {
  /** Of the initial access token; undefined where none counts. */
  tokenHash: string | undefined
  /** Whether any client may, at any time. */
  open: boolean
  /** The limit of what they may ask people for. */
  scopes: string[]
}

/** The client registration endpoint, for whoever has the initial access token, or for any client while it is open. @see RFC 7591 section 3 */
export async function handleRegister(server: AuthorizationServer, request: EndpointRequest): Promise<Answer> {
  const openly = !(await hasInitialAccessToken(server, request.headers.authorization))
  const metadata = readClientMetadata(await readJsonObject(request), server.registration.scopes)
  if (openly) await countOpenRegistration(server, request.address)
  return jsonAnswer(201, await registerClient(server, metadata, { openly, address: request.address }))
}

/** What the owner can do about it. */
const ALLOW = 'skillgate client allow --for 10m'

/** Whether any client may register at this moment, without a token: only then the metadata names the endpoint. @throws StorageError */
export async function isRegistrationOpen({
  store,
  now,
  registration,
}: Pick<AuthorizationServer, 'store' | 'now' | 'registration'>): Promise<boolean> {
  return registration.open || (await registrationWindow(store, now())) !== undefined
}

/** A wrong token is refused also while none is needed: who has one means to stay. @throws OAuthError invalid_token, registration_closed */
async function hasInitialAccessToken(server: AuthorizationServer, authorization: string | undefined): Promise<boolean> {
  const { tokenHash } = server.registration
  const token = /^Bearer +(.+)$/i.exec(authorization ?? '')?.[1]
  if (tokenHash !== undefined && matchesHash(token ?? '', tokenHash)) return true
  const maySendNone = tokenHash === undefined || authorization === undefined
  if (maySendNone && (await isRegistrationOpen(server))) return false
  if (tokenHash === undefined)
    throw deny('registration-closed', { command: ALLOW, detail: 'no client may register now' })
  const which = token === undefined ? 'no' : 'wrong'
  throw deny('initial-access-token-wrong', { command: ALLOW, detail: `not registered: ${which} initial access token` })
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
async function registerClient(
  server: AuthorizationServer,
  metadata: ClientMetadata,
  { openly, address }: { openly: boolean; address: string | undefined },
) {
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
    grantTypes: grant_types.map((type) => GRANT_TYPES[type]),
    authMethods: method === 'none' ? [] : [method],
    createdAt,
    ...(openly && {
      openly,
      expiresAt: createdAt + TIME_TO_BE_APPROVED_MS,
      from: address === undefined ? undefined : networkHash(address),
    }),
  }
  await addRegisteredClient(store, createdAt, { id, record }, clockDoubt() !== undefined)
  audit({
    event: 'client_registered',
    address,
    client: id,
    scopes,
    detail: `${openly ? 'without a token, ' : ''}${name}: ${redirect_uris.join(' ') || 'a device'}`,
  })
  return {
    client_id: id,
    client_id_issued_at: Math.floor(createdAt / 1000),
    ...(secret && { client_secret: secret, client_secret_expires_at: 0 }),
    ...metadata,
  }
}
