import type { OAuthEndpoint } from '../../config/own-paths.ts'
import type { Endpoint } from '../../http/answer.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { handleDeviceForm, handleDevicePage } from '../device/handle-device.ts'
import { handleDeviceAuthorization } from '../device/handle-device-authorization.ts'
import { answerEndpoint, type Handler, type NoteRefusal, type Told } from './answer-endpoint.ts'
import { handleApprove } from './handle-approve.ts'
import { handleAuthorize } from './handle-authorize.ts'
import { handleIntrospect } from './handle-introspect.ts'
import { handleRegister } from './handle-register.ts'
import { handleRevoke } from './handle-revoke.ts'
import { handleSignOut, handleSignOutPage } from './handle-sign-out.ts'
import { handleToken } from './handle-token.ts'
import { handleUserinfo } from './handle-userinfo.ts'
import { noteLinkRefused, noteRegistrationRefused, noteTokenRefused } from './note-refusal.ts'

/** An endpoint of the authorization server: all that others have to know of it. */
export interface EndpointEntry {
  /** Who answers GET, and HEAD with it. */
  get?: Handler
  post?: Handler
  /** How its errors are told. */
  told: Told
  noteRefusal?: NoteRefusal
  /** What the server's metadata calls it. @see RFC 8414 section 2 */
  metadata?: `${string}_endpoint`
  /** The scopes that it asks for; without them it needs no access token. */
  scopes?: string[]
  /** For a client that is a page: anybody's may call it and read what it answers. No cookie lets anybody in there. */
  cors?: '*'
}

/** An app sent the browser here: it can send it again. */
const LINKING = { errors: 'page', explained: 'link_does_not_work', foreign: 'start_again' } as const
/** Somebody opened the page: they can open it again. */
const OPENED = { errors: 'page', explained: 'open_again', foreign: 'open_again' } as const
const TO_CLIENT = { errors: 'json', challenge: 'Basic' } as const
const TO_BEARER = { errors: 'json', challenge: 'Bearer' } as const

/** Every endpoint, by its name below the base path. Where each is told of is checked against this, or comes from it. */
export const ENDPOINTS: Record<OAuthEndpoint, EndpointEntry> = {
  authorize: {
    metadata: 'authorization_endpoint',
    get: handleAuthorize,
    told: LINKING,
    noteRefusal: noteLinkRefused,
  },
  approve: { post: handleApprove, told: LINKING, noteRefusal: noteLinkRefused },
  token: { metadata: 'token_endpoint', post: handleToken, told: TO_CLIENT, noteRefusal: noteTokenRefused, cors: '*' },
  revoke: { metadata: 'revocation_endpoint', post: handleRevoke, told: TO_CLIENT, cors: '*' },
  introspect: { metadata: 'introspection_endpoint', post: handleIntrospect, told: TO_CLIENT },
  userinfo: {
    metadata: 'userinfo_endpoint',
    get: handleUserinfo,
    post: handleUserinfo,
    told: TO_BEARER,
    scopes: ['user:read'],
    cors: '*',
  },
  device_authorization: {
    metadata: 'device_authorization_endpoint',
    post: handleDeviceAuthorization,
    told: TO_CLIENT,
  },
  device: { get: handleDevicePage, post: handleDeviceForm, told: OPENED },
  register: {
    metadata: 'registration_endpoint',
    post: handleRegister,
    told: TO_BEARER,
    noteRefusal: noteRegistrationRefused,
    cors: '*',
  },
  'sign-out': { get: handleSignOutPage, post: handleSignOut, told: OPENED },
}

export const ENDPOINT_NAMES = Object.keys(ENDPOINTS) as OAuthEndpoint[]

export function pathOf({ basePath }: Pick<AuthorizationServer, 'basePath'>, name: OAuthEndpoint): string {
  return `${basePath}/${name}`
}

/** An endpoint at work. */
export interface ServedEndpoint extends Pick<EndpointEntry, 'scopes' | 'cors'> {
  path: string
  methods: string[]
  handle: Endpoint
}

/** The endpoints that a server offers; one that does something else for each method is there once for each. */
export function serveEndpoints(server: AuthorizationServer): ServedEndpoint[] {
  return ENDPOINT_NAMES.flatMap((name) => {
    const { scopes, cors, told, noteRefusal, ...handlers } = ENDPOINTS[name]
    return methodsOf(handlers).map(({ methods, handle }) => ({
      path: pathOf(server, name),
      methods,
      scopes,
      cors,
      handle: (request) => answerEndpoint(server, { handle, told, noteRefusal }, request),
    }))
  })
}

function methodsOf({ get, post }: Pick<EndpointEntry, 'get' | 'post'>): { methods: string[]; handle: Handler }[] {
  if (get !== undefined && get === post) return [{ methods: ['GET', 'HEAD', 'POST'], handle: get }]
  return [
    ...(get ? [{ methods: ['GET', 'HEAD'], handle: get }] : []),
    ...(post ? [{ methods: ['POST'], handle: post }] : []),
  ]
}
