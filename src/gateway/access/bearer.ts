import { coversResource } from '../../http/covers-resource.ts'
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
  if (meansBearer(authorization)) return challenge(call, 'The access token is malformed.', 'invalid_token')
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
  access: BearerAccess
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
  if (!token) return challenge(call, 'The access token is unknown, expired or revoked.', 'invalid_token')
  const { asked, site } = call
  // Hardly a token is for less than all: only then it matters what was asked for.
  if (token.resources && !coversResource(token.resources, site.resources.identify(asked))) {
    return challenge(call, 'The access token is for another resource.', 'invalid_token')
  }
  return requireScopes(call, token)
}

function requireScopes(call: Call, token: AccessToken): Decision {
  const { scopes, oneOfScopes } = call.access
  const { identity } = token
  const has = (scope: string) => identity.scopes.includes(scope)
  if (!scopes.every(has)) return challenge(call, lacking(scopes.join(' ')), 'insufficient_scope')
  if (oneOfScopes === undefined || oneOfScopes.some(has)) return { kind: 'allow', identity, token }
  const least = [...scopes, ...oneOfScopes.slice(0, 1)]
  return challenge(
    { ...call, access: { ...call.access, scopes: least } },
    lacking(oneOfScopes.join(' or ')),
    'insufficient_scope',
  )
}

function lacking(scopes: string): string {
  return `This needs an access token with the scope ${scopes}.`
}

/** The value of `WWW-Authenticate` where a token lacks scopes that only what it asks for has shown. */
export function insufficientScope({ access, ...call }: Call, scopes: string[]): string {
  return challenge({ ...call, access: { ...access, scopes } }, lacking(scopes.join(' ')), 'insufficient_scope')
    .authenticate
}

/** Without credentials there is no error to name. @see RFC 6750 section 3.1 */
function challenge(
  { access: { scopes }, asked, site }: Call,
  sentence: string,
  error?: 'invalid_token' | 'insufficient_scope',
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
