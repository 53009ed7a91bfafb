import { type Answer, type EndpointRequest, seeOther } from '../http/answer.ts'
import type { Session } from '../oauth/resource-owners.ts'
import { accountPage } from '../pages/account-page.ts'
import { languageOf } from '../pages/language.ts'
import { signedOutPage } from '../pages/sign-out-page.ts'
import type { AccountServer, Link } from './account-server.ts'

const ENDPOINT = 'account'

/** What somebody has linked, for them alone. */
export async function handleAccountPage(account: AccountServer, request: EndpointRequest): Promise<Answer> {
  const session = await account.resourceOwners.findSession(request.headers.cookie)
  return session ? showAccount(account, request, session) : askToSignIn(account)
}

/** Ends one of their links, or signs them out. */
export async function handleAccountForm(account: AccountServer, request: EndpointRequest): Promise<Answer> {
  const { forms, links, resourceOwners } = account
  const { headers, address } = request
  const form = await forms.read(request)
  const { session } = await forms.check(request, form, ENDPOINT)
  if (!session) return askToSignIn(account)
  if (form.get('decision') === 'sign-out') {
    const forget = await resourceOwners.endSession(headers.cookie, address)
    return signedOutPage(placeOf(account, request), { 'Set-Cookie': forget })
  }
  const ended = await links.end(session.user.id, form.get('request') ?? '', address)
  return showAccount(account, request, session, ended)
}

async function showAccount(
  account: AccountServer,
  request: EndpointRequest,
  session: Session,
  ended?: Link,
): Promise<Answer> {
  const { forms, basePath, links, scopes, now } = account
  const place = placeOf(account, request)
  // One secret for all of the forms, whether the browser has it already or gets it now.
  const first = forms.token(request.headers.cookie, ENDPOINT, '', session)
  const [secret] = first.cookie.split(';', 1)
  const hidden = (id: string) => ({
    action: `${basePath}/${ENDPOINT}`,
    request: id,
    csrf: forms.token(secret, ENDPOINT, id, session).token,
  })
  const shown = (await links.of(session.user.id)).map(({ id, clientName, grant }) => ({
    ...hidden(id),
    clientName,
    permissions: grant.scopes.map((scope) => scopes[scope]?.[place.language] ?? scope),
    since: grant.createdAt,
    idleMs: Math.max(0, now() - grant.lastUsedAt),
  }))
  const page = { ...place, name: session.user.displayName, links: shown, ended: ended?.clientName }
  return accountPage({ ...page, signOut: hidden('') }, { 'Set-Cookie': first.cookie })
}

function askToSignIn({ issuer, basePath }: AccountServer): Answer {
  const back = encodeURIComponent(`${issuer}${basePath}/${ENDPOINT}`)
  return seeOther(`${basePath}/enter?return=${back}`)
}

function placeOf({ issuer }: AccountServer, { headers }: EndpointRequest) {
  return { language: languageOf(headers['accept-language']), host: new URL(issuer).host }
}
