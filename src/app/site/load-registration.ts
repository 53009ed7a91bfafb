import type { Environment } from '../../config/environment.ts'
import type { Config } from '../../config/schema.ts'
import type { Registration } from '../../oauth/endpoints/handle-register.ts'
import { hashSecret } from '../../secrets/secret.ts'
import { ownSecret } from './secret-sources.ts'

/** How clients may register themselves, where they may. @throws StartError when the initial access token can't be read. */
export async function loadRegistration({ oauth }: Config, environment: Environment): Promise<Registration | undefined> {
  const { enabled, initial_access_token } = oauth.registration
  if (!enabled) return undefined
  const tokenHash = hashSecret(await ownSecret(initial_access_token, environment))
  return { tokenHash, scopes: registrableScopes(oauth) }
}

/** What clients that register themselves may ask for at the most, also those that did so before. */
export function registrableScopes({ registration, default_scopes, scopes }: Config['oauth']): string[] {
  return registration.scopes ?? default_scopes.filter((scope) => Object.hasOwn(scopes, scope))
}
