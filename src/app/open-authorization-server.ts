import type { Environment } from '../config/environment.ts'
import type { Config } from '../config/schema.ts'
import type { AuthorizationServer } from '../oauth/authorization-server.ts'
import { accessTokenLookup } from '../oauth/grants/access-tokens.ts'
import { keyFile, openSealer } from '../secrets/seal.ts'
import type { Store } from '../store/store.ts'
import type { Audit } from '../telemetry/audit.ts'
import { openSignIn } from '../users/sign-in.ts'
import { loadClients } from './load-clients.ts'
import { protectedResources } from './protected-resources.ts'

interface Tools {
  store: Store
  environment: Environment
  audit: Audit
}

/** @throws StorageError, StartError in words for the person who started it. */
export async function openAuthorizationServer(
  config: Config,
  { store, environment, audit }: Tools,
): Promise<AuthorizationServer> {
  const { base_path, scopes, default_scopes, session } = config.oauth
  const sealer = await openSealer(keyFile(config.data_dir), environment)
  const clients = await loadClients(config, store, environment)
  const limits = { idle: session.idle * 1000, absolute: session.absolute * 1000 }
  return {
    ...environment,
    issuer: config.public_url,
    basePath: base_path,
    scopes,
    defaultScopes: default_scopes,
    resources: protectedResources(config),
    clients,
    store,
    accessTokens: accessTokenLookup(store, clients, environment.now),
    resourceOwners: await openSignIn({ store, environment, sealer, audit, limits }),
    rotationKey: sealer.key('refresh token rotation'),
    audit,
  }
}
