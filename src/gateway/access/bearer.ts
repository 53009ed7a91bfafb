import { coversResource } from '../../http/covers-resource.ts'
import { rawHeader } from '../../http/raw-headers.ts'
import type { AccessToken } from '../../oauth/grants/access-tokens.ts'
import type { Exchange } from '../exchange.ts'
import type { Site } from '../site.ts'
import type { AccessKind, Challenge, Decision } from './access.ts'

/** Whoever brings an access token of this authorization server's. @see RFC 6750 */
export interface BearerAccess {
  kind: 'bearer'
  /** The scopes that the token must have. */
  scopes: string[]
  /** One of these it must have besides; undefined where there is no such choice. */
  oneOfScopes?: string[] | undefined
  /** What the token has to be for. @see RFC 8707 */
  resource: string
  /** Where a client learns how to get one. @see RFC 9728 section 5.1 */
  metadata: string
}

export const bearer: AccessKind<BearerAccess> = {
  credentialHeaders: ['authorization'],
  read({ scopes, oneOfScopes, resource }) {
    return { kind: 'bearer', scopes, oneOfScopes, resource, metadata: new URL(metadataPath(resource), resource).href }
  },
  decide: decideBearer,
  decideToken,
  async stillHolds(access, { token }, { accessTokens }) {
    if (token === undefined || judge(access, token).kind !== 'allow') return false
    const { scopes, oneOfScopes } = access
    for (const choice of oneOfScopes ?? [undefined]) {
      if (await accessTokens.stillGranted(token, choice === undefined ? scopes : [...scopes, choice])) return true
    }
    return false
  },
}

function decideBearer(access: BearerAccess, { rawHeaders }: Exchange, site: Site): Decision | Promise<Decision> {
  const authorization = rawHeader(rawHeaders, 'authorization')
  const token = readBearerToken(authorization)
  if (token !== undefined) return decideToken(access, token, site)
  if (meansBearer(authorization)) return challenge(access, 'The access token is malformed.', 'invalid_token')
  return challenge(access, 'Send an access token as "Authorization: Bearer ...".')
}

/** Wherever the token came from. @throws StorageError when nobody can tell whose it is. */
export function decideToken(
  access: BearerAccess,
  token: string,
  { accessTokens }: Pick<Site, 'accessTokens'>,
): Decision | Promise<Decision> {
  const found = accessTokens.find(token)
  return found instanceof Promise ? found.then((known) => judge(access, known)) : judge(access, found)
}

/** Only from the header: a token in a URI ends up in logs. @see RFC 6750 sections 2.1 and 2.3 */
export function readBearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization ?? '')?.[1]
}

/** Whether somebody tried; another scheme is as good as nothing. @see RFC 6750 section 3.1 */
function meansBearer(authorization: string | undefined): boolean {
  return /^Bearer(?![^\t ])/i.test(authorization ?? '')
}

function judge(access: BearerAccess, token: AccessToken | undefined): Decision {
  if (!token) return challenge(access, 'The access token is unknown, expired or revoked.', 'invalid_token')
  if (!coversResource(token.resources, access.resource)) {
    return challenge(access, 'The access token is for another resource.', 'invalid_token')
  }
  return requireScopes(access, token)
}

function requireScopes(access: BearerAccess, token: AccessToken): Decision {
  const { scopes, oneOfScopes } = access
  const { identity } = token
  const has = (scope: string) => identity.scopes.includes(scope)
  if (!scopes.every(has)) return challenge(access, lacking(scopes.join(' ')), 'insufficient_scope')
  if (oneOfScopes === undefined || oneOfScopes.some(has)) return { kind: 'allow', identity, token }
  const least = [...scopes, ...oneOfScopes.slice(0, 1)]
  return challenge({ ...access, scopes: least }, lacking(oneOfScopes.join(' or ')), 'insufficient_scope')
}

function lacking(scopes: string): string {
  return `This needs an access token with the scope ${scopes}.`
}

/** The value of `WWW-Authenticate` where a token lacks scopes that only what it asks for has shown. */
export function insufficientScope(access: BearerAccess, scopes: string[]): string {
  return challenge({ ...access, scopes }, lacking(scopes.join(' ')), 'insufficient_scope').authenticate
}

/** Without credentials there is no error to name. @see RFC 6750 section 3.1 */
function challenge(
  { scopes, metadata }: BearerAccess,
  sentence: string,
  error?: 'invalid_token' | 'insufficient_scope',
): Challenge {
  const parts = ['realm="skillgate"']
  if (error) parts.push(`error="${error}"`, `error_description="${sentence}"`)
  if (scopes.length > 0) parts.push(`scope="${scopes.join(' ')}"`)
  parts.push(`resource_metadata="${metadata}"`)
  const status = error === 'insufficient_scope' ? 403 : 401
  return {
    kind: 'challenge',
    status,
    code: error ?? 'unauthorized',
    sentence,
    authenticate: `Bearer ${parts.join(', ')}`,
  }
}

/** Where a client learns how to get a token for this resource. @see RFC 9728 section 3.1 */
export function metadataPath(resource: string): string {
  return `/.well-known/oauth-protected-resource${new URL(resource).pathname.replace(/\/$/, '')}`
}
