import type { EndpointRequest } from '../../http/answer.ts'
import type { SignInState } from '../../pages/sign-in-page.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import type { OwnForm } from '../checks/check-own-form.ts'
import type { Session, SignInOutcome } from '../resource-owners.ts'
import type { ConsentRequest } from './show-consent.ts'

/** What somebody typed. */
export interface Typed {
  name: string
  password: string
  /** Of the second factor. */
  code: string
  /** Of whoever runs this, for somebody who would have to wait. */
  unlockCode: string
}

export function readTyped({ form }: OwnForm): Typed {
  const [name, code, unlockCode] = ['username', 'otp', 'unlock'].map((field) => form.getText(field).trim()) as [
    string,
    string,
    string,
  ]
  return { name, password: form.getText('password'), code, unlockCode }
}

/** The state in which somebody sent a form. */
export function signInStateOf(
  { name, password, code }: Typed,
  { session, question }: OwnForm,
  consent: ConsentRequest,
  now: number,
): SignInState {
  if (code !== '') return 'second-factor'
  if (name !== '' || password !== '') return 'password'
  // It was shown only after they had signed in as the request wants it.
  if (question !== undefined && session) return question
  return needsSignIn(consent, session, now) ? 'password' : 'consent'
}

/** Whether somebody has to sign in before they can consent. @see OpenID Connect Core section 3.1.2.1, max_age */
export function needsSignIn(
  { signInAgain, maxAgeMs = Number.POSITIVE_INFINITY }: Pick<ConsentRequest, 'signInAgain' | 'maxAgeMs'>,
  session: Session | undefined,
  now: number,
): boolean {
  return !session || signInAgain || now - session.signedInAt > maxAgeMs
}

/** Checks what was typed. @returns undefined where nothing was. */
export async function signIn(
  { resourceOwners }: Pick<AuthorizationServer, 'resourceOwners'>,
  { headers, address }: EndpointRequest,
  { name, password, code, unlockCode }: Typed,
  attempt: string | undefined,
): Promise<SignInOutcome | undefined> {
  const { cookie: cookies } = headers
  if (code !== '') return resourceOwners.checkSecondFactor({ cookies, code, unlockCode, address, attempt })
  if (name === '' && password === '') return undefined
  return resourceOwners.checkPassword({ name, password, unlockCode, cookies, address, attempt })
}
