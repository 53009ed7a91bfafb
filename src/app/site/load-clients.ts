import type { Environment } from '../../config/environment.ts'
import type { Config } from '../../config/schema.ts'
import { type Clients, openClients } from '../../oauth/clients/clients.ts'
import { lifetimesOf } from '../../oauth/grants/lifetimes.ts'
import type { Store } from '../../store/store.ts'
import { registrableScopes, takesToken } from './load-registration.ts'
import { clientSecretHash } from './secret-sources.ts'

/** @throws StartError when a client's secret can't be read. */
export async function loadClients({ oauth }: Config, store: Store, environment: Environment): Promise<Clients> {
  const configured = []
  for (const { secret, lifetimes, ...client } of oauth.clients) {
    const secretHash = secret && (await clientSecretHash(secret, environment))
    configured.push({ ...client, secretHash, lifetimes: lifetimesOf(oauth.lifetimes, client, lifetimes) })
  }
  const { lifetimes } = oauth
  return openClients(configured, { store, lifetimes, scopes: registrableScopes(oauth), withToken: takesToken(oauth) })
}
