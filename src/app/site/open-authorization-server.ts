import type { Config } from '../../config/schema.ts'
import type { Upstream } from '../../gateway/upstreams/upstream.ts'
import type { AuthorizationServer } from '../../oauth/authorization-server.ts'
import type { KnownResources } from '../../oauth/checks/check-resources.ts'
import { findAccessToken } from '../../oauth/grants/access-tokens.ts'
import { openSignIn } from '../../users/sign-in.ts'
import { userAccounts } from '../music-assistant/user-accounts.ts'
import type { House } from '../open-house.ts'
import { loadClients } from './load-clients.ts'
import { loadRegistration } from './load-registration.ts'

/** The authorization server as a configuration wants it. @param upstreams by name. @throws StorageError, StartError in words for a person. */
export async function openAuthorizationServer(
  house: House,
  config: Config,
  upstreams: ReadonlyMap<string, Upstream>,
  resources: KnownResources,
): Promise<AuthorizationServer> {
  const {
    store,
    environment,
    clock,
    audit,
    sealer,
    facts,
    verifyPassword,
    passwordSlots: slots,
    personalTokens,
    pressOnce,
  } = house
  const { base_path, scopes, default_scopes, session, client_metadata_documents } = config.oauth
  const { source, local } = config.users
  const accounts = source === 'music-assistant' ? userAccounts(config, upstreams) : undefined
  const clients = await loadClients(config, house)
  const limits = { idle: session.idle * 1000, absolute: session.absolute * 1000 }
  const people = await openSignIn({
    store,
    environment,
    sealer,
    audit,
    limits,
    accounts,
    local,
    verifyPassword,
    slots,
  })
  return {
    now: environment.now,
    randomBytes: environment.randomBytes,
    issuer: config.public_url,
    basePath: base_path,
    scopes,
    defaultScopes: default_scopes,
    resources,
    clients,
    takesClientDocuments: client_metadata_documents.enabled,
    registration: await loadRegistration(config, environment),
    store,
    clockDoubt: clock.doubt,
    accessTokens: findAccessToken(facts, clients, environment.now),
    pressOnce,
    resourceOwners: {
      ...people,
      async endSession(cookies, address) {
        const forget = await people.endSession(cookies, address)
        // What is open by that session ends too.
        facts.forgetAll()
        return forget
      },
    },
    accounts: accounts && (local ? 'either' : 'music-assistant'),
    grantTokens: personalTokens,
    rotationKey: sealer.key('refresh token rotation'),
    earlierRotationKeys: sealer.earlierKeys('refresh token rotation'),
    audit,
  }
}
