import type { EndpointRequest } from '../../http/answer.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import type { Session } from '../resource-owners.ts'
import { checkPressed, checkSentFromHere } from './check-navigation.ts'
import { checkCsrf } from './csrf-token.ts'
import { ForeignRequestError } from './foreign-request-error.ts'
import type { Parameters } from './parameters.ts'

/**
 * What a form is tied to: nobody can send it for another request, or for somebody who signed in after it was shown.
 * @param question that it asks besides: only the form that asked it answers it.
 */
export function aboutForm(
  endpoint: string,
  request: string,
  session: Pick<Session, 'id'> | undefined,
  question?: 'admin',
): string {
  return [endpoint, request, session?.id ?? '', ...(question === undefined ? [] : [question])].join('\n')
}

/** A form that came from a page of ours, in the browser that it was shown in. */
export interface OwnForm {
  form: Parameters
  /** Whose consent the page asked for, if they are still signed in. */
  session: Session | undefined
  /** What the page asked besides, once they had consented. */
  question?: 'admin'
}

/** @throws ForeignRequestError where somebody else made the form up, or a script sent it. */
export async function checkOwnForm(
  { resourceOwners }: Pick<AuthorizationServer, 'resourceOwners'>,
  { headers }: Pick<EndpointRequest, 'headers'>,
  form: Parameters,
  endpoint: string,
): Promise<OwnForm> {
  checkSentFromHere({ headers })
  const session = await resourceOwners.findSession(headers.cookie)
  const isTiedTo = (whose: Session | undefined, question?: 'admin') =>
    checkCsrf(headers.cookie, aboutForm(endpoint, form.get('request') ?? '', whose, question), form.get('csrf') ?? '')
  if (isTiedTo(undefined)) return { form, session: undefined }
  const question = session && isTiedTo(session, 'admin') ? 'admin' : undefined
  if (session && (question || isTiedTo(session))) {
    // Here one press is all that it takes; elsewhere a password besides, which a browser may fill in and send by itself.
    checkPressed({ headers })
    return { form, session, ...(question && { question }) }
  }
  throw new ForeignRequestError('CSRF token missing, not of this browser, or of another session')
}
