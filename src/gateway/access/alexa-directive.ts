import type { DirectiveFailure } from '../../alexa/directives/alexa-error.ts'
import type { Directive } from '../../alexa/directives/read-directive.ts'
import { StorageError } from '../../files/storage-error.ts'
import { GatewayError, type GatewayErrorCode } from '../../http/gateway-error.ts'
import { rawHeader } from '../../http/raw-headers.ts'
import type { AccessToken } from '../../oauth/grants/access-tokens.ts'
import type { WhyRefused } from '../../oauth/grants/why-refused.ts'
import type { Exchange } from '../exchange.ts'
import type { Site } from '../site.ts'
import type { AccessKind, Decision } from './access.ts'
import type { Asked } from './asked-resources.ts'
import { readBearerToken } from './bearer.ts'

/** A directive of Alexa's that a Lambda passes on, with the access token of whoever linked the skill. */
export interface AlexaDirectiveAccess {
  kind: 'alexa-directive'
  /** The scopes that the token must have. */
  scopes: string[]
}

export const alexaDirective: AccessKind<AlexaDirectiveAccess> = {
  credentialHeaders: ['authorization'],
  read: ({ scopes }) => ({ kind: 'alexa-directive', scopes }),
  decide: decideDirective,
  async stillHolds(access, { token }, asked, site) {
    if (token === undefined || missing(access, token, asked, site) !== undefined) return false
    return site.accessTokens.stillGranted(token, access.scopes)
  },
}

/** Of a directive; Amazon's are some KiB at the most. */
const BODY_LIMITS = { limit: 256 * 1024, timeoutMs: 5000 }

/** @throws GatewayError not_a_directive, and those of a body that can't be read: nobody knows which form to answer in. */
async function decideDirective(access: AlexaDirectiveAccess, exchange: Exchange, site: Site): Promise<Decision> {
  const { directives } = site
  const body = await exchange.readBody(BODY_LIMITS)
  const directive = directives.read(body)
  if (!directive) throw new GatewayError('not_a_directive')

  const answerRefusal = ({ code, note }: GatewayError) =>
    directives.answerFailure(directive, FAILURES[code] ?? 'gateway-failed', note)
  const fail = (failure: DirectiveFailure, detail = `${directive.namespace} ${directive.name}`): Decision => ({
    kind: 'answer',
    answer: directives.answerFailure(directive, failure, detail),
  })
  if (directive.problem !== undefined) return fail('unreadable', directive.problem)
  const sent = readToken(directive, rawHeader(exchange.rawHeaders, 'authorization'))
  if (typeof sent !== 'string') return fail(sent.failure)
  try {
    const token = await site.accessTokens.find(sent)
    const failure = token ? missing(access, token, exchange, site) : REFUSED[await site.whyRefused(sent)]
    if (!token || failure !== undefined) return fail(failure ?? 'gateway-failed')
    // Its code would let the gateway send events to Alexa, which it doesn't: it is not kept.
    if (directives.isAcceptGrant(directive)) return { kind: 'answer', answer: directives.answerAcceptGrant() }
    const identity = { ...token.identity, by: 'alexa-directive' as const }
    return { kind: 'allow', identity, token, body, answerRefusal, answerProblem: directives.answerProblem }
  } catch (error) {
    if (!(error instanceof StorageError)) throw error
    return fail('store-failed', error.message)
  }
}

/** The one token. Two that differ are refused, for a server behind might go by the other one. */
function readToken({ tokens }: Directive, authorization: string | undefined): string | { failure: DirectiveFailure } {
  const sent = new Set(tokens)
  if (authorization !== undefined) sent.add(readBearerToken(authorization) ?? '')
  const [token, ...others] = sent
  if (token === undefined) return { failure: 'token-missing' }
  return others.length > 0 || token === '' ? { failure: 'tokens-differ' } : token
}

function missing(
  { scopes }: AlexaDirectiveAccess,
  token: AccessToken,
  asked: Asked,
  { resources }: Site,
): DirectiveFailure | undefined {
  if (token.resources && !resources.covers(token.resources, asked)) return 'other-resource'
  return scopes.every((scope) => token.identity.scopes.includes(scope)) ? undefined : 'scope-missing'
}

const REFUSED: Record<WhyRefused, DirectiveFailure> = {
  gone: 'token-gone',
  lapsed: 'link-lapsed',
  expired: 'token-expired',
  suspended: 'token-suspended',
}

/** What an error means to Alexa; any other is the gateway's own. */
const FAILURES: { [Code in GatewayErrorCode]?: DirectiveFailure } = {
  bad_gateway: 'upstream-down',
  gateway_timeout: 'upstream-slow',
  upstream_busy: 'upstream-busy',
  upstream_failed: 'upstream-failed',
  upstream_refused_person: 'upstream-refused-person',
  upstream_refused_gateway: 'upstream-refused-gateway',
  store_unavailable: 'store-failed',
}
