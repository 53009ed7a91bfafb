import { coversResource } from '../../http/covers-resource.ts'
import type { Identity } from '../../http/identity.ts'
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
  const token = readBearerToken(rawHeader(rawHeaders, 'authorization'))
  if (token === undefined) return challenge(access, 'Send an access token as "Authorization: Bearer ...".')
  return decideToken(access, token, site)
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

function judge(access: BearerAccess, token: AccessToken | undefined): Decision {
  if (!token) return challenge(access, 'The access token is unknown, expired or revoked.', { error: 'invalid_token' })
  if (!coversResource(token.resources, access.resource)) {
    return challenge(access, 'The access token is for another resource.', { error: 'invalid_token' })
  }
  return requireScopes(access, token)
}

function requireScopes(access: BearerAccess, token: AccessToken): Decision {
  const { scopes, oneOfScopes } = access
  const { identity } = token
  const has = (scope: string) => identity.scopes.includes(scope)
  if (!scopes.every(has)) return stepUp(access, identity, leastScopes(access), scopes.join(' '))
  if (oneOfScopes === undefined || oneOfScopes.some(has)) return { kind: 'allow', identity, token }
  return stepUp(access, identity, leastScopes(access), oneOfScopes.join(' or '))
}

/** With fewer nobody gets in. */
function leastScopes({ scopes, oneOfScopes = [] }: Pick<BearerAccess, 'scopes' | 'oneOfScopes'>): string[] {
  return oneOfScopes.some((scope) => scopes.includes(scope)) ? scopes : [...scopes, ...oneOfScopes.slice(0, 1)]
}

/** The value of `WWW-Authenticate` where a token lacks a scope that only what it asks for has shown. */
export function insufficientScope(
  access: Omit<BearerAccess, 'kind'>,
  { identity }: AccessToken,
  scope: string,
): string {
  return stepUp(access, identity, [...access.scopes, scope], scope).authenticate
}

/**
 * A client asks for a token with the scopes that are named, and many then forget the one that they have: so what that may
 * is named too, or they would go from one to the other for ever. @see RFC 6750 section 3.1
 */
function stepUp(
  access: Omit<BearerAccess, 'kind'>,
  { scopes: had }: Pick<Identity, 'scopes'>,
  needed: string[],
  lacking: string,
): Challenge {
  const scopes = [...new Set([...had, ...needed])]
  return challenge(access, `This needs an access token with the scope ${lacking}.`, {
    error: 'insufficient_scope',
    scopes,
  })
}

type Named = { error?: 'invalid_token' | 'insufficient_scope'; scopes?: string[] }

/** Without credentials there is no error to name. @see RFC 6750 section 3.1 */
function challenge(
  access: Omit<BearerAccess, 'kind'>,
  sentence: string,
  { error, scopes = leastScopes(access) }: Named = {},
): Challenge {
  const parts = ['realm="skillgate"']
  if (error) parts.push(`error="${error}"`, `error_description="${sentence}"`)
  if (scopes.length > 0) parts.push(`scope="${scopes.join(' ')}"`)
  parts.push(`resource_metadata="${access.metadata}"`)
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
