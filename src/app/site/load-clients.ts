import type { Config } from '../../config/schema.ts'
import { type Clients, type Documented, openClients } from '../../oauth/clients/clients.ts'
import { openClientDocuments } from '../../oauth/clients/documents/open-client-documents.ts'
import { lifetimesOf } from '../../oauth/grants/lifetimes.ts'
import type { House } from '../open-house.ts'
import { documentedScopes, registrableScopes, takesToken } from './load-registration.ts'
import { clientSecretHash } from './secret-sources.ts'

/** @throws StartError when a client's secret can't be read. */
export async function loadClients({ oauth }: Config, house: House): Promise<Clients> {
  const { store, environment } = house
  const configured = []
  for (const { secret, lifetimes, ...client } of oauth.clients) {
    const secretHash = secret && (await clientSecretHash(secret, environment))
    configured.push({ ...client, secretHash, lifetimes: lifetimesOf(oauth.lifetimes, client, lifetimes) })
  }
  const { lifetimes } = oauth
  const registered = { store, lifetimes, scopes: registrableScopes(oauth), withToken: takesToken(oauth) }
  return openClients(configured, registered, withDocuments(oauth, house))
}

/** Those that may come by their documents, if any may. */
function withDocuments(
  oauth: Config['oauth'],
  { store, environment, audit, fetchDocument }: House,
): Documented | undefined {
  const { lifetimes, client_metadata_documents } = oauth
  const { enabled, domains } = client_metadata_documents
  if (!enabled) return undefined
  const documents = openClientDocuments({ ...environment, store, audit, domains, fetch: fetchDocument })
  return { store, now: environment.now, documents, lifetimes, scopes: documentedScopes(oauth) }
}
