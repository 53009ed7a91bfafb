import type { Environment } from '../../config/environment.ts'
import type { Config } from '../../config/schema.ts'
import type { Registration } from '../../oauth/endpoints/handle-register.ts'
import { hashSecret } from '../../secrets/secret.ts'
import { ownSecret } from './secret-sources.ts'

/** How clients may register themselves. @throws StartError when the initial access token can't be read. */
export async function loadRegistration({ oauth }: Config, environment: Environment): Promise<Registration> {
  const { open, initial_access_token } = oauth.registration
  const tokenHash = takesToken(oauth) ? hashSecret(await ownSecret(initial_access_token, environment)) : undefined
  return { tokenHash, open, scopes: registrableScopes(oauth) }
}

/** Whether clients may register with the initial access token, and those that did so are known. */
export function takesToken({ registration }: Config['oauth']): boolean {
  return registration.enabled || registration.open
}

/** What clients that register themselves may ask for at the most, also those that did so before. */
export function registrableScopes({ registration, ...oauth }: Config['oauth']): string[] {
  return registration.scopes ?? usualScopes(oauth)
}

/** The same of those with a metadata document. */
export function documentedScopes({ client_metadata_documents, ...oauth }: Config['oauth']): string[] {
  return client_metadata_documents.scopes ?? usualScopes(oauth)
}

/** What clients that aren't configured may ask for, where nothing else is said. */
function usualScopes({ default_scopes, scopes }: Pick<Config['oauth'], 'default_scopes' | 'scopes'>): string[] {
  return default_scopes.filter((scope) => Object.hasOwn(scopes, scope))
}
