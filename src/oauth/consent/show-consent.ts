import type { Answer, EndpointRequest } from '../../http/answer.ts'
import { languageOf } from '../../pages/language.ts'
import { type SignInPage, signInPage } from '../../pages/sign-in-page.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import type { AuthorizationRequest } from '../checks/check-authorization-request.ts'
import { aboutForm } from '../checks/check-own-form.ts'
import { newCsrfToken } from '../checks/csrf-token.ts'
import type { RegisteredClient } from '../clients/clients.ts'
import { linkAttempt } from '../link-attempt.ts'
import type { Session } from '../resource-owners.ts'
import { introduceClient } from './introduce-client.ts'
import { needsSignIn } from './sign-in.ts'

/** What somebody is asked to allow. */
export interface ConsentRequest {
  client: RegisteredClient
  scopes: string[]
  kind: SignInPage['kind']
  /** The endpoint that takes the form, below the base path. */
  endpoint: string
  /** Goes with the form and comes back as it is. */
  request: string
  /** Where the browser is sent back to, if it is. */
  redirectUri?: string
  /** Whether whoever is signed in already has to sign in again. */
  signInAgain: boolean
  /** Whoever signed in longer ago than this has to as well. Milliseconds. */
  maxAgeMs?: number
  /** The id of the attempt to link, if it is one. */
  attempt?: string
}

/** @param query of the authorization request, which travels with the form. @param page as `newPage` or the form has it. */
export function consentToLink(authorization: AuthorizationRequest, query: string, page: string): ConsentRequest {
  const { client, scopes, redirectUri, signInAgain, maxAgeMs } = authorization
  const form = { kind: 'link', endpoint: 'approve', request: formRequest(query, scopes, client, page) } as const
  return { client, scopes, redirectUri, signInAgain, maxAgeMs, ...form, attempt: linkAttempt(query) }
}

/** Whoever opens the page anew presses anew, also where the client asks as it did before: see `openPresses`. */
export function newPage({ randomBytes }: Pick<AuthorizationServer, 'randomBytes'>): string {
  return randomBytes(9).toString('base64url')
}

/**
 * What travels with the form: the request, and what somebody is asked to allow, for a reload may change that meanwhile;
 * and the name under which it is asked for, where the client's document may change that.
 */
function formRequest(query: string, scopes: string[], { documented, name }: RegisteredClient, page: string): string {
  const parts = [query, scopes.join(' '), documented ? name : '']
  return [...parts.map((part) => Buffer.from(part).toString('base64url')), page].join('.')
}

/**
 * The other way round. @param request as `consentToLink` made it, which its CSRF token vouches for.
 * @returns `shown` the scopes that the page showed; undefined for a page of an earlier release. `name` that it showed, of a
 * client whose document may change it.
 */
export function readFormRequest(request: string): {
  query: string
  shown: string[] | undefined
  name: string | undefined
  page: string
} {
  const [query = '', scopes, name = '', page = ''] = request.split('.')
  const read = (part: string) => Buffer.from(part, 'base64url').toString()
  return {
    query: read(query),
    shown: scopes === undefined ? undefined : read(scopes).split(' '),
    name: read(name) || undefined,
    page,
  }
}

/** Shows who asks for what, and asks whoever isn't signed in to do so. */
export async function showConsent(
  server: AuthorizationServer,
  consent: ConsentRequest,
  { headers }: EndpointRequest,
): Promise<Answer> {
  const found = await server.resourceOwners.findSession(headers.cookie)
  const session = needsSignIn(consent, found, server.now()) ? undefined : found
  return consentPage(server, consent, headers, { state: session ? 'consent' : 'password', session })
}

/** What the page shows of how far somebody has come. */
export interface Progress extends Pick<SignInPage, 'state' | 'problem' | 'name'> {
  /** Whose consent it asks for, where that needs no sign-in any more. */
  session?: Session
  /** `Set-Cookie` headers to go with it. */
  cookies?: string[]
}

export function consentPage(
  server: AuthorizationServer,
  consent: ConsentRequest,
  headers: EndpointRequest['headers'],
  { state, problem, name, session, cookies = [] }: Progress,
): Answer {
  const { client, scopes, kind, endpoint, request, redirectUri } = consent
  const language = languageOf(headers['accept-language'])
  const csrf = newCsrfToken(
    server,
    headers.cookie,
    aboutForm(endpoint, request, session, state === 'admin' ? state : undefined),
  )
  const page = {
    language,
    state,
    kind,
    clientName: client.name,
    host: new URL(server.issuer).host,
    permissions: scopes.map((scope) => server.scopes[scope]?.[language] ?? scope),
    ...introduceClient(client, redirectUri),
    signedInAs: session?.user.displayName,
    accounts: server.accounts,
    action: `${server.basePath}/${endpoint}`,
    request,
    csrf: csrf.token,
    problem,
    name,
  }
  return signInPage(page, { 'Set-Cookie': [csrf.cookie, ...cookies] })
}
