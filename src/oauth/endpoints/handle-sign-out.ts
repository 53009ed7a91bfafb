import type { Answer, EndpointRequest } from '../../http/answer.ts'
import { languageOf } from '../../pages/language.ts'
import { signedOutPage, signOutPage } from '../../pages/sign-out-page.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { checkPressed } from '../checks/check-navigation.ts'
import { aboutForm, checkOwnForm } from '../checks/check-own-form.ts'
import { newCsrfToken } from '../checks/csrf-token.ts'
import { readForm } from '../checks/read-form.ts'

const ENDPOINT = 'sign-out'

/** Says who is signed in in this browser. */
export async function handleSignOutPage(server: AuthorizationServer, { headers }: EndpointRequest): Promise<Answer> {
  const session = await server.resourceOwners.findSession(headers.cookie)
  // Not tied to the session: whoever is signed in when the button is pressed wants to be so no longer.
  const csrf = newCsrfToken(server, headers.cookie, aboutForm(ENDPOINT, '', undefined))
  const fields = { action: `${server.basePath}/${ENDPOINT}`, request: '', csrf: csrf.token }
  const page = { ...fields, ...placeOf(server, headers), signedInAs: session?.user.displayName }
  return signOutPage(page, { 'Set-Cookie': csrf.cookie })
}

/** Ends the session. What was linked stays linked. */
export async function handleSignOut(server: AuthorizationServer, request: EndpointRequest): Promise<Answer> {
  // Its form is tied to no session: nothing else asks for this.
  checkPressed(request)
  await checkOwnForm(server, request, await readForm(request), ENDPOINT)
  const { headers, address } = request
  const forget = await server.resourceOwners.endSession(headers.cookie, address)
  return signedOutPage(placeOf(server, headers), { 'Set-Cookie': forget })
}

function placeOf({ issuer }: AuthorizationServer, headers: EndpointRequest['headers']) {
  return { language: languageOf(headers['accept-language']), host: new URL(issuer).host }
}
