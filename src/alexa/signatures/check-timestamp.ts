import type { SkillEnvelope } from '../read-envelope.ts'
import { quoted, refuse } from './refuse.ts'

/** Milliseconds by which the time of a request may differ from ours, either way. Amazon allows no more. */
export const TOLERANCE_MS = 150_000
/** Events are sent again for an hour, with the time of the first try. */
export const EVENT_TOLERANCE_MS = 3_600_000

/** Any other type has the shorter time, whatever it is called. */
const EVENTS: ReadonlySet<string> = new Set([
  'AlexaSkillEvent.SkillEnabled',
  'AlexaSkillEvent.SkillDisabled',
  'AlexaSkillEvent.SkillPermissionAccepted',
  'AlexaSkillEvent.SkillPermissionChanged',
  'AlexaSkillEvent.SkillAccountLinked',
])

/** ISO 8601 with a zone: anything else `Date.parse` reads as it likes, and in the zone of this machine. */
const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/

/**
 * Whether a request is of now. Amazon's directives for music have no time, as they have no id of a skill: they get in by
 * a good access token alone.
 * @param now milliseconds since 1970.
 * @throws GatewayError skill_request_refused
 */
export function checkTimestamp({ kind, type, timestamp }: SkillEnvelope, now: number): void {
  if (timestamp === undefined && kind === 'music') return
  const age = now - timeOf(timestamp)
  if (age > (EVENTS.has(type) ? EVENT_TOLERANCE_MS : TOLERANCE_MS))
    refuse('timestamp-too-old', `${type} of ${age / 1000} s ago`)
  if (age < -TOLERANCE_MS) refuse('timestamp-too-new', `${type} of ${-age / 1000} s ahead: check this machine's clock`)
}

function timeOf(timestamp: unknown): number {
  if (timestamp === undefined) return refuse('timestamp-missing', 'request.timestamp')
  return readTime(timestamp) ?? refuse('timestamp-malformed', quoted(timestamp))
}

/** Milliseconds since 1970; undefined for what tells no time. */
export function readTime(text: unknown): number | undefined {
  if (typeof text !== 'string' || !ISO_TIME.test(text)) return undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : at
}
