import type { SkillEnvelope } from '../../alexa/read-envelope.ts'
import { GatewayError } from '../../http/gateway-error.ts'
import type { AccessToken } from '../../oauth/grants/access-tokens.ts'
import type { BodyLimits, Exchange } from '../exchange.ts'
import type { Site } from '../site.ts'
import type { AccessKind, Decision } from './access.ts'

/** What Alexa has signed for one of these skills, in the name of whoever's access token is in it. */
export interface AlexaSkillAccess {
  kind: 'alexa-skill'
  skillIds: string[]
  /** `required`: without a good token Alexa asks people to link. `optional`: it is passed on, as nobody's. */
  account: 'required' | 'optional'
  /** The scopes that the token must have. */
  scopes: string[]
}

/** Alexa's own are of a few KiB; with what a skill remembers of a session, and of a screen, some dozens. */
const BODY_LIMITS: BodyLimits = { limit: 256 * 1024, timeoutMs: 5000 }

export const alexaSkill: AccessKind<AlexaSkillAccess> = {
  // The signature is no secret, and an upstream may want to check it too.
  credentialHeaders: [],
  read: ({ scopes, skill_ids: skillIds = [], account = 'required' }) => ({
    kind: 'alexa-skill',
    ...{ skillIds, account, scopes },
  }),
  decide: decideSkillRequest,
  async stillHolds({ account, scopes }, { identity, token }, _asked, { accessTokens }) {
    if (token) return accessTokens.stillGranted(token, scopes)
    return identity !== undefined || account === 'optional'
  },
}

/** @throws GatewayError skill_request_refused, chain_unavailable, and those of a body; StorageError */
async function decideSkillRequest(
  access: AlexaSkillAccess,
  exchange: Exchange,
  { skillRequests, accessTokens, resources }: Site,
): Promise<Decision> {
  const { rawHeaders, target } = exchange
  const body = await exchange.readBody(BODY_LIMITS)
  const envelope = await skillRequests.verify({ rawHeaders, body }, access.skillIds)
  const found = envelope.token === undefined ? undefined : await accessTokens.find(envelope.token)
  const token = found && isGoodFor(access, found, (granted) => resources.covers(granted, exchange)) ? found : undefined
  if (!token) refuseMusic(envelope)
  const ended = await skillRequests.noteLink(envelope, found)
  if (!token && access.account === 'required') return { kind: 'answer', answer: skillRequests.answerUnlinked(envelope) }
  const identity = token && { ...token.identity, by: 'alexa-skill' }
  // The event that ends a link is let through to its end, though what let it in is gone.
  return { kind: 'allow', identity, token: ended ? undefined : token, body, query: withoutSimulator(target) }
}

function isGoodFor(
  { scopes }: AlexaSkillAccess,
  { identity, resources }: AccessToken,
  covers: (granted: string[]) => boolean,
): boolean {
  if (resources && !covers(resources)) return false
  return scopes.every((scope) => identity.scopes.includes(scope))
}

/** A directive for music tells neither its time nor its skill: nothing but the token shows that it is meant for us. */
function refuseMusic({ kind, type }: SkillEnvelope): void {
  if (kind === 'music') throw new GatewayError('skill_request_refused', `music-without-token: ${type}`)
}

/**
 * The query without what some skills take for a signature of Alexa's simulator, in whatever spelling.
 * @param target path and query. @returns with its `?`, or empty.
 */
function withoutSimulator(target: string): string {
  const cut = target.indexOf('?')
  if (cut < 0) return ''
  const kept = target
    .slice(cut + 1)
    .split('&')
    .filter((pair) => !SIMULATOR.test(nameOf(pair)))
  return kept.length === 0 ? '' : `?${kept.join('&')}`
}

const SIMULATOR = /^\s*sim[_.]?(signature|cert)/i

function nameOf(pair: string): string {
  const [name = ''] = pair.split('=', 1)
  return name
    .replaceAll('+', ' ')
    .replace(/%([0-9a-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
}
