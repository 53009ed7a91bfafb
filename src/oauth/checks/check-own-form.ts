import type { Answer, EndpointRequest } from '../../http/answer.ts'
import { explainedPage } from '../../pages/explained-page.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import type { Session } from '../resource-owners.ts'
import { checkCsrf } from './csrf.ts'
import type { Parameters } from './parameters.ts'

/** What a form is tied to: nobody can send it for another request, or for somebody who signed in after it was shown. */
export function aboutForm(endpoint: string, request: string, session: Session | undefined): string {
  return [endpoint, request, session?.id ?? ''].join('\n')
}

/** A form that came from a page of ours, in the browser that it was shown in. */
export interface OwnForm {
  form: Parameters
  /** Whose consent the page asked for, if they are still signed in. */
  session: Session | undefined
}

/** @returns undefined where somebody else made the form up. */
export async function checkOwnForm(
  { resourceOwners }: Pick<AuthorizationServer, 'resourceOwners'>,
  { headers }: EndpointRequest,
  form: Parameters,
  endpoint: string,
): Promise<OwnForm | undefined> {
  const session = await resourceOwners.findSession(headers.cookie)
  const isTiedTo = (whose: Session | undefined) =>
    checkCsrf(headers.cookie, aboutForm(endpoint, form.get('request') ?? '', whose), form.get('csrf') ?? '')
  if (isTiedTo(undefined)) return { form, session: undefined }
  return session && isTiedTo(session) ? { form, session } : undefined
}

/** Tells whoever sent a form that did not come from a page of ours where to begin again. */
export function refuseForeignForm(
  { headers }: Pick<EndpointRequest, 'headers'>,
  explained: 'start_again' | 'open_again',
): Answer {
  const page = explainedPage(explained, { status: 403, accepted: headers['accept-language'] })
  return { ...page, detail: 'CSRF token missing, not of this browser, or of another session' }
}
