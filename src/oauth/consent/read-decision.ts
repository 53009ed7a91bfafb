import type { Answer, EndpointRequest } from '../../http/answer.ts'
import type { SignInState } from '../../pages/sign-in-page.ts'
import type { UserRecord } from '../../store/records.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import type { OwnForm } from '../checks/check-own-form.ts'
import type { Session } from '../resource-owners.ts'
import { cookiesOf, problemOf } from './read-outcome.ts'
import { type ConsentRequest, consentPage } from './show-consent.ts'
import { readTyped, signIn, signInStateOf } from './sign-in.ts'
import { SIGN_IN_STATES, type SignInEvent } from './sign-in-states.ts'

export type ConsentDecision =
  | { kind: 'approved'; user: UserRecord; cookies: string[] }
  | { kind: 'denied' }
  /** Nothing is decided yet: another page is shown. @property signedIn whether it asks somebody more who is signed in now. */
  | { kind: 'page'; answer: Answer; signedIn?: boolean }

/** What a form decides: its event leads from the state that it was sent in to the next one. */
export async function readDecision(
  server: AuthorizationServer,
  consent: ConsentRequest,
  request: EndpointRequest,
  ownForm: OwnForm,
): Promise<ConsentDecision> {
  const typed = readTyped(ownForm)
  const state = signInStateOf(typed, ownForm, consent, server.now())
  const button = buttonOf(ownForm)
  const outcome = button === 'approve' ? await signIn(server, request, typed, consent.attempt) : undefined
  const approver = outcome?.kind === 'signed-in' ? outcome.session : ownForm.session
  const next = SIGN_IN_STATES[state][eventOf(state, outcome?.kind ?? button, approver)]

  const { audit, resourceOwners } = server
  const { headers, address } = request
  const { session } = ownForm
  const about = { address, client: consent.client.id, scopes: consent.scopes, attempt: consent.attempt }
  if (next === 'denied') {
    // Anybody can deny: it is worth a note where somebody has signed in, or where it tells how an attempt to link ended.
    if (session || consent.attempt) audit({ event: 'denied', ...about, user: session?.user.name })
    return { kind: 'denied' }
  }
  if (next === 'approved') {
    if (!approver) throw new Error('nobody who approves is signed in')
    const { user } = approver
    audit({ event: 'consented', ...about, user: user.name })
    return { kind: 'approved', user, cookies: cookiesOf(outcome) }
  }
  const cookies =
    button === 'sign-out' ? [await resourceOwners.endSession(headers.cookie, address)] : cookiesOf(outcome)
  const problem = outcome && problemOf(outcome, state)
  const asked = next === 'admin' ? approver : undefined
  // What was typed is shown again only beside what was wrong with it.
  const name = problem && problem.kind !== 'expired' ? typed.name : undefined
  const answer = consentPage(server, consent, headers, { state: next, problem, name, session: asked, cookies })
  if (outcome?.kind === 'unreachable') return { kind: 'page', answer: { ...answer, detail: outcome.detail } }
  return { kind: 'page', answer, signedIn: asked !== undefined }
}

/** Whoever may do everything elsewhere is asked once more whether they mean it, whichever way they would have approved. */
function eventOf(state: SignInState, event: SignInEvent, approver: Session | undefined): SignInEvent {
  const approves = SIGN_IN_STATES[state][event] === 'approved'
  return approves && approver?.user.account?.role === 'admin' ? 'admin' : event
}

/** Whatever is no button of ours denies. */
function buttonOf({ form }: OwnForm): Extract<SignInEvent, 'approve' | 'deny' | 'sign-out'> {
  const decision = form.get('decision')
  return decision === 'approve' || decision === 'sign-out' ? decision : 'deny'
}
