import type { Environment } from '../config/environment.ts'
import type { Config } from '../config/schema.ts'
import type { Registration } from '../oauth/endpoints/handle-register.ts'
import { hashSecret } from '../secrets/secret.ts'
import { ownSecret } from './secret-sources.ts'

/** How clients may register themselves, where they may. @throws StartError when the initial access token can't be read. */
export async function loadRegistration({ oauth }: Config, environment: Environment): Promise<Registration | undefined> {
  const known = oauth.default_scopes.filter((scope) => Object.hasOwn(oauth.scopes, scope))
  const { enabled, initial_access_token, scopes = known } = oauth.registration
  if (!enabled) return undefined
  return { tokenHash: hashSecret(await ownSecret(initial_access_token, environment)), scopes }
}
