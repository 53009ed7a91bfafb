import type { Answer, EndpointRequest } from '../../http/answer.ts'
import { languageOf } from '../../pages/language.ts'
import { signedOutPage, signOutPage } from '../../pages/sign-out-page.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { aboutForm, checkOwnForm, refuseForeignForm } from '../checks/check-own-form.ts'
import { newCsrfToken } from '../checks/csrf.ts'
import { readForm } from '../checks/read-form.ts'
import { orExplain } from '../or-explain.ts'

const ENDPOINT = 'sign-out'

/** Says who is signed in in this browser. */
export async function handleSignOutPage(server: AuthorizationServer, asked: EndpointRequest): Promise<Answer> {
  return orExplain(asked, 'open_again', () => showSignOut(server, asked))
}

async function showSignOut(server: AuthorizationServer, { headers }: EndpointRequest): Promise<Answer> {
  const session = await server.resourceOwners.findSession(headers.cookie)
  // Not tied to the session: whoever is signed in when the button is pressed wants to be so no longer.
  const csrf = newCsrfToken(server, headers.cookie, aboutForm(ENDPOINT, '', undefined))
  const fields = { action: `${server.basePath}/${ENDPOINT}`, request: '', csrf: csrf.token }
  const page = { ...fields, ...placeOf(server, headers), signedInAs: session?.user.displayName }
  return signOutPage(page, { 'Set-Cookie': csrf.cookie })
}

/** Ends the session. What was linked stays linked. */
export async function handleSignOut(server: AuthorizationServer, asked: EndpointRequest): Promise<Answer> {
  return orExplain(asked, 'open_again', async () => {
    const form = await readForm(asked.headers, asked.readBody)
    if (!(await checkOwnForm(server, asked, form, ENDPOINT))) return refuseForeignForm(asked, 'open_again')
    const forget = await server.resourceOwners.endSession(asked.headers.cookie, asked.address)
    return signedOutPage(placeOf(server, asked.headers), { 'Set-Cookie': forget })
  })
}

function placeOf({ issuer }: AuthorizationServer, headers: EndpointRequest['headers']) {
  return { language: languageOf(headers['accept-language']), host: new URL(issuer).host }
}
