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

/** The pages of people who have signed in, below the same base path. */
export const ACCOUNT_ENDPOINTS = ['account', 'enter'] as const

/** Where a browser arrives at another host of the gateway's, with what it was given at the sign-in page. */
export const ARRIVAL_PATH = '/.well-known/skillgate-arrival'

/** Tells a doctor what has arrived of its request, below the same base path, for proxies may pass nothing else on. */
export const ECHO_ENDPOINT = 'echo'

/** The paths that the gateway itself answers, but for those of its metadata. */
export function ownPaths(basePath: string): string[] {
  const below = [...OAUTH_ENDPOINTS, ...ACCOUNT_ENDPOINTS, ECHO_ENDPOINT]
  return ['/health', ARRIVAL_PATH, ...below.map((endpoint) => `${basePath}/${endpoint}`)]
}

/** Whether the gateway itself answers there, or may one day, so that no route can have it. */
export function isOwnPath(basePath: string, path: string): boolean {
  const isMetadata = path.startsWith('/.well-known/oauth-') || path.startsWith(`${basePath}/.well-known/oauth-`)
  return isMetadata || ownPaths(basePath).includes(path)
}
