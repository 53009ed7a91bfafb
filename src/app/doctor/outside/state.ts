import { readForm } from '../../../alexa/simulator/read-form.ts'
import { readFormRequest } from '../../../oauth/consent/show-consent.ts'
import type { PublicAnswer } from './ask-public.ts'
import { HOSTILE_STATE, linkedClient } from './authorization-query.ts'
import type { Judged } from './judged.ts'
import { lookThere } from './look-there.ts'
import { openPage, openSilently } from './open-page.ts'

/** Whether the page to link opens, and a `state` of Alexa's comes back as it was: with the form, and where people are sent. */
export const STATE = lookThere('state', 'Page to link', async (patient, place) => {
  const client = linkedClient(patient.config)
  if (!client) {
    const found = 'there is no client with redirect_uris in gateway.yaml, so that there is nothing to link.'
    return [
      { verdict: 'fault', found, needs: 'a client that stands for Alexa.', remedy: 'npx skillgate alexa console' },
    ]
  }
  const page = await openPage(patient, place, client)
  const back = await openSilently(patient, place, client)
  return judgeState(page, back, client.redirect_uris[0] ?? '')
})

const NEEDS = 'the page, and each state back as it was sent: Alexa takes no code with another one.'

/** @param page the page to link. @param back where a request is sent that may ask nobody anything. */
export function judgeState(page: PublicAnswer, back: PublicAnswer, redirectUri: string): Judged[] {
  const form = readForm(page)
  if (page.status !== 200 || !form) return [noPage(page)]
  const inForm = new URLSearchParams(readFormRequest(form.hidden.request ?? '').query).get('state')
  const location = URL.parse([back.headers.location ?? []].flat().join())
  const inRedirect = location?.searchParams.get('state')
  const lost: string[] = []
  if (inForm !== HOSTILE_STATE) lost.push(`the form of the page has ${differs(inForm)}`)
  if (!location || !location.href.startsWith(redirectUri)) {
    const found = `a request that should go straight back to ${redirectUri} was answered ${back.status}${location ? ` to ${location.origin}` : ''}.`
    return [{ verdict: 'fault', found, needs: NEEDS, remedy: REMEDY }]
  }
  if (inRedirect !== HOSTILE_STATE) lost.push(`the way back has ${differs(inRedirect)}`)
  if (lost.length > 0)
    return [
      { verdict: 'fault', found: `a state is lost on the way: ${lost.join(', ')}.`, needs: NEEDS, remedy: REMEDY },
    ]
  return [
    { verdict: 'good', found: `it opens, and a state of ${HOSTILE_STATE.length} odd characters comes back as it was.` },
  ]
}

const REMEDY =
  'have the proxy in front pass queries and pages on as they are: no rewriting, no decoding, no limit under 8 KB.'

function noPage({ status, text }: PublicAnswer): Judged {
  const isGateways = /Skillgate/i.test(text)
  const found =
    status === 414 || status === 431
      ? `it does not open: ${status}, the request is too long for something in front.`
      : `it does not open: ${status}, and ${isGateways ? 'the gateway says why' : 'not by the gateway'}.`
  const remedy = isGateways ? 'the log says what was wrong:  npx skillgate log' : REMEDY
  return { verdict: 'fault', found, needs: NEEDS, remedy }
}

function differs(state: string | null | undefined): string {
  return state === null || state === undefined ? 'none' : `another one, of ${state.length} characters`
}
