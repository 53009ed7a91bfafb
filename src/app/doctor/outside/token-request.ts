import { answerProblem } from './answer-problem.ts'
import { BROWSERS_AGENT, type PublicAnswer } from './ask-public.ts'
import { askToken, askTokenAsAmazon } from './ask-token.ts'
import type { Judged } from './judged.ts'
import { lookThere } from './look-there.ts'

/** Whether a token request of Amazon's gets to the gateway, or something in front takes it for a robot's. */
export const TOKEN_REQUEST = lookThere('token-request', 'Token request', async (patient, place) => {
  const asAmazon = await askTokenAsAmazon(patient, place)
  const asBrowser = answerProblem(asAmazon) && (await askToken(patient, place, BROWSERS_AGENT).catch(() => undefined))
  return judgeTokenRequest(asAmazon, asBrowser)
})

/** @param asBrowser the answer to the same request with a browser's name, where the first one's was none of the gateway's. */
export function judgeTokenRequest(asAmazon: PublicAnswer, asBrowser?: PublicAnswer): Judged[] {
  const problem = answerProblem(asAmazon)
  if (problem) {
    const passesBrowsers = asBrowser !== undefined && answerProblem(asBrowser) === undefined
    const also = passesBrowsers
      ? ' The same request with the name of a browser got through: it is the User-Agent of Amazon that is filtered.'
      : ''
    return [{ verdict: 'fault', ...problem, found: `a request as Amazon's servers send it ${problem.found}${also}` }]
  }
  const { error } = JSON.parse(asAmazon.text) as { error?: unknown }
  if (asAmazon.status === 401 && error === 'invalid_client')
    return [{ verdict: 'good', found: "one that is called as Amazon's servers call themselves gets to the gateway." }]
  const what = `${asAmazon.status}${typeof error === 'string' ? ` ${error}` : ''}`
  if (error === 'invalid_request') {
    return [
      {
        verdict: 'fault',
        found: `a request as Amazon's servers send it was answered ${what}: its form did not arrive as it was sent.`,
        needs: 'that bodies of POST arrive unchanged.',
        remedy: 'see "What arrives"; a proxy in front drops or rewrites them.',
      },
    ]
  }
  return [
    {
      verdict: 'fault',
      found: `a request as Amazon's servers send it, of a client that does not exist, was answered ${what}, not 401 invalid_client.`,
      needs: "the gateway's own answer.",
      remedy: 'the log says what happened:  npx skillgate log',
    },
  ]
}
