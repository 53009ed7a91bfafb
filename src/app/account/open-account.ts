import type { AccountServer, Link } from '../../account/account-server.ts'
import { ARRIVAL_PATH } from '../../config/own-paths.ts'
import type { Config } from '../../config/schema.ts'
import type { AuthorizationServer } from '../../oauth/authorization-server.ts'
import { aboutForm, checkOwnForm } from '../../oauth/checks/check-own-form.ts'
import { newCsrfToken } from '../../oauth/checks/csrf-token.ts'
import { readForm } from '../../oauth/checks/read-form.ts'
import { cookiesOf, problemOf } from '../../oauth/consent/read-outcome.ts'
import { readTyped, signIn } from '../../oauth/consent/sign-in.ts'
import { everyRow } from '../../store/every-row.ts'
import type { Visits } from '../../users/visits.ts'
import { sessionOrigins } from './open-host-sessions.ts'

/** The pages of people who have signed in, on what the authorization server knows of forms and grants. */
export function openAccount(
  server: AuthorizationServer,
  visits: Visits,
  config: Pick<Config, 'routes' | 'public_url'>,
): AccountServer {
  const { now, issuer, basePath, scopes, accounts, resourceOwners } = server
  return {
    ...{ now, issuer, basePath, scopes, accounts, resourceOwners, visits },
    arrivalPath: ARRIVAL_PATH,
    origins: sessionOrigins(config),
    forms: {
      read: readForm,
      token: (cookies, endpoint, request, session) =>
        newCsrfToken(server, cookies, aboutForm(endpoint, request, session)),
      check: (request, form, endpoint) => checkOwnForm(server, request, form, endpoint),
      async signIn(request, form, state) {
        const outcome = await signIn(server, request, readTyped(form), undefined)
        return outcome && { outcome, problem: problemOf(outcome, state), cookies: cookiesOf(outcome) }
      },
    },
    links: linksOf(server),
  }
}

function linksOf({ store, clients, accessTokens, audit }: AuthorizationServer): AccountServer['links'] {
  async function linkOf(id: string, grant: Link['grant']): Promise<Link> {
    const client = await clients.find(grant.client)
    // Whoever answers for a name of its document stands beside it, as on the page where it was approved.
    const whose = client?.documented ? ` (${new URL(client.id).host})` : ''
    return { id, grant, clientName: client ? `${client.name}${whose}` : grant.client }
  }

  return {
    async of(userId) {
      const links: Link[] = []
      for await (const { id, value } of everyRow(store, 'grant', `${userId}.`)) links.push(await linkOf(id, value))
      return links.sort((a, b) => b.grant.lastUsedAt - a.grant.lastUsedAt)
    },

    async end(userId, id, address) {
      if (!id.startsWith(`${userId}.`)) return undefined
      const grant = await store.take('grant', id)
      if (!grant) return undefined
      accessTokens.forgetAll()
      const { userName: user, client } = grant
      audit({ event: 'revoked', address, user, client, grant: id, detail: 'by the person, on the account page' })
      return linkOf(id, grant)
    },
  }
}
