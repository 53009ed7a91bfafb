import type { Answer, EndpointRequest } from '../http/answer.ts'
import { languageOf } from '../pages/language.ts'
import { type Consent, signInPage } from '../pages/sign-in-page.ts'
import type { UserRecord } from '../store/records.ts'
import type { AuthorizationServer } from './authorization-server.ts'
import { aboutForm, type OwnForm } from './checks/check-own-form.ts'
import { newCsrfToken } from './checks/csrf.ts'
import type { Parameters } from './checks/parameters.ts'
import type { RegisteredClient } from './clients/clients.ts'
import type { Session, SignInOutcome } from './resource-owners.ts'

/** What somebody is asked to allow. */
export interface ConsentRequest {
  client: RegisteredClient
  scopes: string[]
  kind: Consent['kind']
  /** The endpoint that takes the form, below the base path. */
  endpoint: string
  /** Goes with the form and comes back as it is. */
  request: string
  /** Where the browser is sent back to, if it is. */
  redirectUri?: string
  /** Whether whoever is signed in already has to sign in again. */
  signInAgain: boolean
}

export type Decision =
  | { kind: 'approved'; user: UserRecord; cookies: string[] }
  | { kind: 'denied' }
  /** Nothing is decided yet: another page is shown. */
  | { kind: 'page'; answer: Answer }

/** Shows who asks for what, and asks whoever isn't signed in to do so. */
export async function showConsent(
  server: AuthorizationServer,
  consent: ConsentRequest,
  { headers }: EndpointRequest,
): Promise<Answer> {
  const session = consent.signInAgain ? undefined : await server.resourceOwners.findSession(headers.cookie)
  return consentPage(server, consent, headers, { step: session ? 'consent' : 'password', session })
}

interface PageState extends Pick<Consent, 'step' | 'problem' | 'name'> {
  /** Whose consent it asks for, where that needs no sign-in. */
  session: Session | undefined
  /** `Set-Cookie` headers to go with it. */
  cookies?: string[]
}

function consentPage(
  server: AuthorizationServer,
  consent: ConsentRequest,
  headers: EndpointRequest['headers'],
  { step, problem, name, session, cookies = [] }: PageState,
): Answer {
  const { client, scopes, kind, endpoint, request, redirectUri } = consent
  const language = languageOf(headers['accept-language'])
  const csrf = newCsrfToken(server, headers.cookie, aboutForm(endpoint, request, session))
  const page = {
    language,
    step,
    kind,
    clientName: client.name,
    host: new URL(server.issuer).host,
    permissions: scopes.map((scope) => server.scopes[scope]?.[language] ?? scope),
    unverified: client.selfRegistered && hostOf(redirectUri),
    signedInAs: session?.user.displayName,
    action: `${server.basePath}/${endpoint}`,
    request,
    csrf: csrf.token,
    problem,
    name,
  }
  return signInPage(page, { 'Set-Cookie': [csrf.cookie, ...cookies] })
}

/** The host that people are sent back to; none for an app with a scheme of its own, and for a device. */
function hostOf(redirectUri: string | undefined): string {
  return redirectUri !== undefined && /^https?:/.test(redirectUri) ? new URL(redirectUri).host : ''
}

/** What a form decides. Nobody approves who hasn't signed in. */
export async function readDecision(
  server: AuthorizationServer,
  consent: ConsentRequest,
  asked: EndpointRequest,
  { form, session }: OwnForm,
): Promise<Decision> {
  const { headers, address } = asked
  const { resourceOwners, audit } = server
  const about = { address, client: consent.client.id, scopes: consent.scopes }
  const choice = form.get('decision')
  const show = (state: Omit<PageState, 'session'>): Decision => ({
    kind: 'page',
    answer: consentPage(server, consent, headers, { ...state, session: undefined }),
  })

  if (choice === 'sign-out') {
    return show({ step: 'password', cookies: [await resourceOwners.endSession(headers.cookie, address)] })
  }
  if (choice !== 'approve') {
    // Anybody can deny; it is worth a note only where somebody has signed in.
    if (session) audit({ event: 'denied', ...about, user: session.user.name })
    return { kind: 'denied' }
  }

  const approved = (user: UserRecord, cookies: string[]): Decision => {
    audit({ event: 'consented', ...about, user: user.name })
    return { kind: 'approved', user, cookies }
  }
  const name = form.getText('username').trim()
  const outcome = await signIn(server, asked, form, name)
  if (!outcome) {
    const mayUse = session && !consent.signInAgain
    return mayUse ? approved(session.user, []) : show({ step: 'password' })
  }
  const step = form.get('otp') === undefined ? 'password' : 'second-factor'
  switch (outcome.kind) {
    case 'signed-in':
      return approved(outcome.user, outcome.cookies)
    case 'second-factor':
      return show({ step: 'second-factor', cookies: [outcome.cookie] })
    case 'wrong':
      return show({ step, problem: { kind: step === 'password' ? 'wrong-password' : 'wrong-code' }, name })
    case 'expired':
      return show({ step: 'password', problem: { kind: 'expired' } })
    case 'wait':
      return show({ step, problem: { kind: 'wait', seconds: outcome.seconds }, name })
  }
}

/** Undefined where nothing was typed. */
async function signIn(
  { resourceOwners }: AuthorizationServer,
  { headers, address }: EndpointRequest,
  form: Parameters,
  name: string,
): Promise<SignInOutcome | undefined> {
  const code = form.getText('otp').trim()
  if (code !== '') return resourceOwners.checkSecondFactor({ cookies: headers.cookie, code, address })
  const password = form.getText('password')
  if (name === '' && password === '') return undefined
  return resourceOwners.checkPassword({ name, password, cookies: headers.cookie, address })
}
