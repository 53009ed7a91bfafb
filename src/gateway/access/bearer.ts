import type { Identity } from '../../http/identity.ts'
import { rawHeader } from '../../http/raw-headers.ts'
import type { AccessToken } from '../../oauth/grants/access-tokens.ts'
import type { Exchange } from '../exchange.ts'
import type { Site } from '../site.ts'
import type { AccessKind, Challenge, Decision } from './access.ts'
import type { Asked } from './asked-resources.ts'

/** Whoever brings an access token of this authorization server's. @see RFC 6750 */
export interface BearerAccess {
  kind: 'bearer'
  /** The scopes that the token must have. */
  scopes: string[]
  /** One of these it must have besides; undefined where there is no such choice. */
  oneOfScopes?: string[] | undefined
}

export const bearer: AccessKind<BearerAccess> = {
  credentialHeaders: ['authorization'],
  read: ({ scopes, oneOfScopes }) => ({ kind: 'bearer', scopes, oneOfScopes }),
  decide: decideBearer,
  decideToken,
  async stillHolds(access, { token }, asked, site) {
    if (token === undefined || judge({ access, asked, site }, token).kind !== 'allow') return false
    const { accessTokens } = site
    const { scopes, oneOfScopes } = access
    for (const choice of oneOfScopes ?? [undefined]) {
      if (await accessTokens.stillGranted(token, choice === undefined ? scopes : [...scopes, choice])) return true
    }
    return false
  },
}

function decideBearer(access: BearerAccess, exchange: Exchange, site: Site): Decision | Promise<Decision> {
  const authorization = rawHeader(exchange.rawHeaders, 'authorization')
  const token = readBearerToken(authorization)
  if (token !== undefined) return decideToken(access, token, exchange, site)
  const call = { access, asked: exchange, site }
  if (meansBearer(authorization)) return challenge(call, 'The access token is malformed.', { error: 'invalid_token' })
  return challenge(call, 'Send an access token as "Authorization: Bearer ...".')
}

/** Wherever the token came from. @throws StorageError when nobody can tell whose it is. */
export function decideToken(
  access: BearerAccess,
  token: string,
  asked: Asked,
  site: KnowsTokens,
): Decision | Promise<Decision> {
  const call = { access, asked, site }
  const found = site.accessTokens.find(token)
  return found instanceof Promise ? found.then((known) => judge(call, known)) : judge(call, found)
}

type KnowsTokens = Pick<Site, 'accessTokens' | 'resources'>

/** What is asked for, and what has to be shown for it. */
interface Call {
  access: Omit<BearerAccess, 'kind'>
  asked: Asked
  site: Pick<Site, 'resources'>
}

/** Only from the header: a token in a URI ends up in logs. @see RFC 6750 sections 2.1 and 2.3 */
export function readBearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization ?? '')?.[1]
}

/** Whether somebody tried; another scheme is as good as nothing. @see RFC 6750 section 3.1 */
function meansBearer(authorization: string | undefined): boolean {
  return /^Bearer(?![^\t ])/i.test(authorization ?? '')
}

function judge(call: Call, token: AccessToken | undefined): Decision {
  if (!token) return challenge(call, 'The access token is unknown, expired or revoked.', { error: 'invalid_token' })
  const { asked, site } = call
  // Hardly a token is for less than all: only then it matters what was asked for.
  if (token.resources && !site.resources.covers(token.resources, asked)) {
    return challenge(call, 'The access token is for another resource.', { error: 'invalid_token' })
  }
  return requireScopes(call, token)
}

function requireScopes(call: Call, token: AccessToken): Decision {
  const { scopes, oneOfScopes } = call.access
  const { identity } = token
  const has = (scope: string) => identity.scopes.includes(scope)
  if (!scopes.every(has)) return stepUp(call, identity, leastScopes(call.access), scopes.join(' '))
  if (oneOfScopes === undefined || oneOfScopes.some(has)) return { kind: 'allow', identity, token }
  return stepUp(call, identity, leastScopes(call.access), oneOfScopes.join(' or '))
}

/** With fewer nobody gets in. */
function leastScopes({ scopes, oneOfScopes = [] }: Pick<BearerAccess, 'scopes' | 'oneOfScopes'>): string[] {
  return oneOfScopes.some((scope) => scopes.includes(scope)) ? scopes : [...scopes, ...oneOfScopes.slice(0, 1)]
}

/** The value of `WWW-Authenticate` where a token lacks a scope that only what it asks for has shown. */
export function insufficientScope(call: Call, { identity }: AccessToken, scope: string): string {
  return stepUp(call, identity, [...call.access.scopes, scope], scope).authenticate
}

/**
 * A client asks for a token with the scopes that are named, and many then forget the one that they have: so what that may
 * is named too, or they would go from one to the other for ever. @see RFC 6750 section 3.1
 */
function stepUp(call: Call, { scopes: had }: Pick<Identity, 'scopes'>, needed: string[], lacking: string): Challenge {
  const scopes = [...new Set([...had, ...needed])]
  return challenge(call, `This needs an access token with the scope ${lacking}.`, {
    error: 'insufficient_scope',
    scopes,
  })
}

type Named = { error?: 'invalid_token' | 'insufficient_scope'; scopes?: string[] }

/** Without credentials there is no error to name. @see RFC 6750 section 3.1 */
function challenge(
  { access, asked, site }: Call,
  sentence: string,
  { error, scopes = leastScopes(access) }: Named = {},
): Challenge {
  const parts = ['realm="skillgate"']
  if (error) parts.push(`error="${error}"`, `error_description="${sentence}"`)
  if (scopes.length > 0) parts.push(`scope="${scopes.join(' ')}"`)
  parts.push(`resource_metadata="${site.resources.metadataOf(asked)}"`)
  const status = error === 'insufficient_scope' ? 403 : 401
  return {
    kind: 'challenge',
    status,
    code: error ?? 'unauthorized',
    sentence,
    authenticate: `Bearer ${parts.join(', ')}`,
  }
}
