import { type Answer, type EndpointRequest, jsonAnswer } from '../../http/answer.ts'
import { explainedPage } from '../../pages/explained-page.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { checkNavigation } from '../checks/check-navigation.ts'
import { ForeignRequestError } from '../checks/foreign-request-error.ts'
import { OAuthError } from '../oauth-error.ts'
import { redirectWithError } from '../redirect-with-code.ts'
import type { Known } from './known.ts'

/** The steps of an endpoint. @throws OAuthError, ForeignRequestError, which are told as the endpoint's errors are. */
export type Handler = (server: AuthorizationServer, request: EndpointRequest, known: Known) => Answer | Promise<Answer>

/** How the errors of an endpoint are told. */
export type Told =
  | {
      /** To a person: on a page until the redirect target is known, and then to there. */
      errors: 'page'
      /** The page for a refusal of OAuth's. */
      explained: 'link_does_not_work' | 'open_again'
      /** The page for what doesn't come from a page of ours. */
      foreign: 'start_again' | 'open_again'
    }
  | {
      /** To a program. */
      errors: 'json'
      /** How it could prove who it is. */
      challenge: 'Basic' | 'Bearer'
    }

/** Notes a refusal in the audit trail. */
export type NoteRefusal = (
  server: AuthorizationServer,
  request: EndpointRequest,
  known: Known,
  error: OAuthError | ForeignRequestError,
) => void | Promise<void>

export interface Answering {
  handle: Handler
  told: Told
  noteRefusal?: NoteRefusal
}

/** Answers a request by the steps of its endpoint, and tells of their errors in its way. */
export async function answerEndpoint(
  server: AuthorizationServer,
  { handle, told, noteRefusal }: Answering,
  request: EndpointRequest,
): Promise<Answer> {
  const known: Known = {}
  try {
    if (told.errors === 'page') checkNavigation(request)
    return await handle(server, request, known)
  } catch (error) {
    if (!(error instanceof OAuthError) && !(error instanceof ForeignRequestError)) throw error
    await noteRefusal?.(server, request, known, error)
    if (told.errors === 'page') return pageOf(server, told, request, known, error)
    if (error instanceof ForeignRequestError) throw error
    return jsonOf(server, told, request, error)
  }
}

function pageOf(
  server: AuthorizationServer,
  { explained, foreign }: Extract<Told, { errors: 'page' }>,
  { headers }: EndpointRequest,
  { redirectTarget }: Known,
  error: OAuthError | ForeignRequestError,
): Answer {
  const accepted = headers['accept-language']
  if (error instanceof ForeignRequestError) {
    return { ...explainedPage(foreign, { status: 403, accepted }), detail: error.message }
  }
  if (redirectTarget) return redirectWithError(server, redirectTarget, error)
  const { status, message, note } = error
  return { ...explainedPage(explained, { status, accepted, cause: message }), detail: note }
}

/** @see RFC 6749 section 5.2, RFC 7591 section 3.2.2 */
function jsonOf(
  { audit }: AuthorizationServer,
  { challenge }: Extract<Told, { errors: 'json' }>,
  request: EndpointRequest,
  error: OAuthError,
): Answer {
  const { status, code, message, detail, note } = error
  // Few of them are written: limit-audit.ts.
  if (status === 401) audit({ event: 'client_refused', address: request.address, detail })
  const headers = {
    ...error.headers,
    ...(status === 401 && { 'WWW-Authenticate': CHALLENGES[challenge](request, error) }),
  }
  return { ...jsonAnswer(status, { error: code, error_description: message }, headers), detail: note }
}

const CHALLENGES = {
  Basic: () => 'Basic realm="skillgate", charset="UTF-8"',
  /** Whoever sent no credentials is told of no error. @see RFC 6750 section 3.1 */
  Bearer({ headers }: EndpointRequest, { code, message }: OAuthError) {
    const error = headers.authorization === undefined ? '' : `, error="${code}", error_description="${message}"`
    return `Bearer realm="skillgate"${error}`
  },
}
