import { fieldAt } from './field-at.ts'
import { readLinkedToken } from './read-linked-token.ts'
import { refuse } from './signatures/refuse.ts'

/** What a gateway has to know of what Alexa sends to a skill. None of it is believed before the signature was checked. */
export interface SkillEnvelope {
  /** `event` is told and wants no answer; `music` is a directive of the music skill API. */
  kind: 'custom' | 'event' | 'music'
  /** Such as `LaunchRequest`, or the name of a directive. */
  type: string
  /** As it came; undefined where there is none. */
  timestamp: unknown
  /** When what an event tells of has happened, as it came. */
  happenedAt: unknown
  /** Those that are there, as they came. */
  applicationIds: unknown[]
  /** Whoever is speaking, as Alexa calls them towards this skill. */
  userId: string | undefined
  /** The access token that our authorization server gave to Alexa for them. */
  token: string | undefined
  /** Such as `en-AU`; empty where there is none. */
  locale: string
}

/** @throws GatewayError skill_request_refused where it is nothing that Alexa sends. */
export function readEnvelope(body: Uint8Array): SkillEnvelope {
  const envelope = parse(body)
  const request = fieldAt(envelope, 'request')
  const isMusic = request === undefined && fieldAt(envelope, 'payload', 'requestContext', 'user') !== undefined
  const type = isMusic ? directiveOf(envelope) : fieldAt(request, 'type')
  if (typeof type !== 'string') return refuse('body-malformed', 'request.type')
  return {
    kind: isMusic ? 'music' : type.startsWith('AlexaSkillEvent.') ? 'event' : 'custom',
    type,
    timestamp: fieldAt(request, 'timestamp') ?? undefined,
    happenedAt: fieldAt(request, 'eventCreationTime') ?? undefined,
    applicationIds: ['context.System', 'session']
      .map((place) => fieldAt(envelope, ...place.split('.'), 'application', 'applicationId'))
      .filter((id) => id !== undefined),
    userId: textAt(envelope, 'context', 'System', 'user', 'userId') ?? textAt(envelope, 'session', 'user', 'userId'),
    token: readLinkedToken(envelope),
    locale: textAt(request, 'locale') ?? '',
  }
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body))
  } catch (error) {
    return refuse('body-malformed', (error as Error).message)
  }
}

function directiveOf(envelope: unknown): string | undefined {
  const namespace = textAt(envelope, 'header', 'namespace')
  return namespace && /^Alexa\.(Media|Audio)\b/.test(namespace)
    ? `${namespace}.${textAt(envelope, 'header', 'name')}`
    : undefined
}

function textAt(value: unknown, ...path: string[]): string | undefined {
  const found = fieldAt(value, ...path)
  return typeof found === 'string' ? found : undefined
}
