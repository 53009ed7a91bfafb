import type { Client, Config } from '../../config/schema.ts'

/**
 * `accountLinking.json`, as `ask smapi update-account-linking-info --account-linking-request` takes it. A package of a
 * skill can hold none. The secret is not in it: whoever sends it puts `clientSecret` in, and keeps the file to themselves.
 */
export function accountLinking({ public_url, oauth }: Config, { id, scopes, auth_methods, lifetimes }: Client) {
  const base = `${public_url}${oauth.base_path}`
  return {
    accountLinkingRequest: {
      skipOnEnablement: false,
      type: 'AUTH_CODE',
      authorizationUrl: `${base}/authorize`,
      accessTokenUrl: `${base}/token`,
      accessTokenScheme: auth_methods.includes('client_secret_basic') ? 'HTTP_BASIC' : 'REQUEST_BODY_CREDENTIALS',
      clientId: id,
      scopes,
      domains: [],
      defaultTokenExpirationInSeconds: lifetimes.access_token ?? oauth.lifetimes.access_token,
    },
  }
}
