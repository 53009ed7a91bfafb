/** The endpoints of the authorization server, below its base path. */
export const OAUTH_ENDPOINTS = [
  'authorize',
  'approve',
  'token',
  'revoke',
  'introspect',
  'userinfo',
  'device_authorization',
  'device',
  'register',
  'sign-out',
] as const

/** The paths that the gateway itself answers, which no route can have; so are all of `/.well-known/oauth-*`. */
export function ownPaths(basePath: string): string[] {
  return ['/health', ...OAUTH_ENDPOINTS.map((endpoint) => `${basePath}/${endpoint}`)]
}
