import type { IncomingHttpHeaders } from 'node:http'
import type { ExecutionContext } from 'ava'
import { loadRoutes } from '../../src/app/site/load-routes.ts'
import { type ProtectedResources, protectedResources } from '../../src/app/site/protected-resources.ts'
import type { OAuthEndpoint } from '../../src/config/own-paths.ts'
import type { Config } from '../../src/config/schema.ts'
import { compileRoutes } from '../../src/gateway/routes/compile-routes.ts'
import type { Answer, EndpointRequest } from '../../src/http/answer.ts'
import type { AuthorizationServer } from '../../src/oauth/authorization-server.ts'
import { openClients, type RegisteredClient } from '../../src/oauth/clients/clients.ts'
import { openPresses } from '../../src/oauth/consent/presses.ts'
import { answerEndpoint, type Handler } from '../../src/oauth/endpoints/answer-endpoint.ts'
import { pathOf, serveEndpoints } from '../../src/oauth/endpoints/endpoints.ts'
import type { Consent } from '../../src/oauth/grants/grants.ts'
import { issueFirstTokens } from '../../src/oauth/grants/issue-first-tokens.ts'
import type { AuditEvent } from '../../src/telemetry/audit.ts'
import { openAccessTokens } from './access-tokens.ts'
import { CLIENT, openStores, PUBLIC_CLIENT, SECRET, USER } from './grants.ts'

export const HOME = 'https://home.example'

/** What tokens may be for where these paths ask for them. */
export function knownResources(paths: string[]): ProtectedResources {
  const routes = paths.map((path) => ({ path, auth: 'bearer', scopes: [] }))
  const config = { public_url: HOME, oauth: { scopes: {} }, routes } as unknown as Config
  const table = compileRoutes(loadRoutes(config, new Map(), new Map()), new URL(HOME).host)
  return protectedResources(config, () => table)
}

/** An authorization server on a real store, but without HTTP and without people who sign in. */
export async function openServer(t: ExecutionContext, clients: RegisteredClient[] = [CLIENT, PUBLIC_CLIENT]) {
  const { store, other, ...environment } = await openStores(t)
  const { now, randomBytes } = environment
  const known = openClients(clients, undefined)
  const events: AuditEvent[] = []
  const nobody = () => Promise.reject(new Error('nobody signs in here'))
  const server: AuthorizationServer = {
    now,
    randomBytes,
    issuer: HOME,
    basePath: '/alexa',
    scopes: {},
    defaultScopes: [],
    resources: knownResources(['/api', '/any/*']),
    clients: known,
    registration: { tokenHash: undefined, open: false, scopes: [] },
    store,
    clockDoubt: () => undefined,
    accessTokens: openAccessTokens(store, known, now),
    pressOnce: openPresses({ now, randomBytes }),
    resourceOwners: { findSession: nobody, checkPassword: nobody, checkSecondFactor: nobody, endSession: nobody },
    rotationKey: randomBytes(32),
    audit: (event) => events.push(event),
  }
  return { server, store, other, events, ...environment }
}

/** The user's first tokens for a client, as exchanging a code gives them. */
export async function issueTokens(
  server: AuthorizationServer,
  client: RegisteredClient = CLIENT,
  change: Partial<Consent> = {},
): Promise<{ grant: string; access: string; refresh: string }> {
  const consent = { userName: USER.name, userId: USER.id, client: client.id, scopes: client.scopes, ...change }
  const { grant, entries, response } = issueFirstTokens(server, client, consent)
  for (const { kind, id, value, expiresAt } of entries) await server.store.put(kind, id, value, expiresAt)
  return { grant: grant.id, access: response.access_token, refresh: response.refresh_token ?? '' }
}

export interface FormAnswer {
  status: number
  headers: Answer['headers']
  // biome-ignore lint/suspicious/noExplicitAny: each test knows what it asked for
  json: any
}

/** Sends a form to an endpoint that a client calls itself. What is undefined is left out, a list is sent as one parameter for each of its values. */
export async function postForm(
  server: AuthorizationServer,
  handle: Handler,
  form: Record<string, string | string[] | undefined>,
  headers: IncomingHttpHeaders = {},
  address = '192.0.2.1',
): Promise<FormAnswer> {
  const body = new URLSearchParams()
  for (const [name, values] of Object.entries(form)) {
    for (const value of [values ?? []].flat()) body.append(name, value)
  }
  const told = { errors: 'json', challenge: 'Basic' } as const
  const answer = await answerEndpoint(
    server,
    { handle, told },
    {
      query: '',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      address,
      readBody: async () => body.toString(),
    },
  )
  return { status: answer.status, headers: answer.headers, json: answer.body ? JSON.parse(answer.body) : undefined }
}

/** Sends a request to an endpoint, as the gateway does. */
export async function callEndpoint(
  server: AuthorizationServer,
  method: 'GET' | 'POST',
  name: OAuthEndpoint,
  request: Partial<EndpointRequest>,
): Promise<Answer> {
  const path = pathOf(server, name)
  const endpoint = serveEndpoints(server).find((one) => one.path === path && one.methods.includes(method))
  const empty = { query: '', headers: {}, address: '192.0.2.1', readBody: async () => '' }
  return endpoint!.handle({ ...empty, ...request }, endpoint!.path)
}

/** For the body of a form. */
export const AS_CLIENT = { client_id: CLIENT.id, client_secret: SECRET }
export const AS_PHONE = { client_id: PUBLIC_CLIENT.id }
