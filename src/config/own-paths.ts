/** The endpoints of the authorization server, below its base path. oauth/endpoints/endpoints.ts has the rest of them. */
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

export type OAuthEndpoint = (typeof OAUTH_ENDPOINTS)[number]

/** The paths that the gateway itself answers, but for those of its metadata. */
export function ownPaths(basePath: string): string[] {
  return ['/health', ...OAUTH_ENDPOINTS.map((endpoint) => `${basePath}/${endpoint}`)]
}

/** Whether the gateway itself answers there, or may one day, so that no route can have it. */
export function isOwnPath(basePath: string, path: string): boolean {
  const isMetadata = path.startsWith('/.well-known/oauth-') || path.startsWith(`${basePath}/.well-known/oauth-`)
  return isMetadata || ownPaths(basePath).includes(path)
}
