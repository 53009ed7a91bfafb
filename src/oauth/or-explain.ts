import type { Answer, EndpointRequest } from '../pages/answer.ts'
import { explainedPage } from '../pages/explained-page.ts'
import { OAuthError } from './errors.ts'

/** Runs what a person asked for: a refusal of OAuth's is explained on a page, for it must not be redirected. */
export async function orExplain(
  { headers }: Pick<EndpointRequest, 'headers'>,
  explained: 'link_does_not_work' | 'open_again',
  run: () => Answer | Promise<Answer>,
): Promise<Answer> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    const { status, message, note } = error
    const page = explainedPage(explained, { status, accepted: headers['accept-language'], cause: message })
    return { ...page, detail: note }
  }
}
