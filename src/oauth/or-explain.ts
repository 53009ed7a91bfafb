import type { Answer, EndpointRequest } from '../http/answer.ts'
import { explainedPage } from '../pages/explained-page.ts'
import { OAuthError } from './oauth-error.ts'

type Asked = Pick<EndpointRequest, 'headers'>

/**
 * Runs what a person asked for in a browser: a refusal of OAuth's is explained on a page, for it must not be
 * redirected. A script of a page elsewhere on this host, which an upstream may serve, is no person.
 */
export async function orExplain(
  { headers }: Asked,
  explained: 'link_does_not_work' | 'open_again',
  run: () => Answer | Promise<Answer>,
): Promise<Answer> {
  const accepted = headers['accept-language']
  if (!isNavigation(headers)) {
    return { ...explainedPage('open_again', { status: 403, accepted }), detail: 'sent by a script or another site' }
  }
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    const { status, message, note } = error
    return { ...explainedPage(explained, { status, accepted, cause: message }), detail: note }
  }
}

/** Browsers say what a request is for, and no script can say otherwise; older ones say nothing. @see Fetch Metadata */
function isNavigation(headers: Asked['headers']): boolean {
  const destination = headers['sec-fetch-dest']
  return destination === undefined || destination === 'document'
}
