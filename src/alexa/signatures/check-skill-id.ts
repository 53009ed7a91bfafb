import type { SkillEnvelope } from '../read-envelope.ts'
import { quoted, refuse } from './refuse.ts'

/**
 * Whether a request is for one of our skills: Amazon signs those of everybody's skills alike. Where the id stands in both
 * places, each of them has to be ours, and they have to be the same.
 * @throws GatewayError skill_request_refused
 */
export function checkSkillId({ kind, applicationIds }: SkillEnvelope, skillIds: readonly string[]): void {
  const [first, ...others] = applicationIds
  if (first === undefined) {
    if (kind === 'music') return
    refuse('skill-id-missing', 'context.System.application.applicationId')
  }
  if (typeof first !== 'string' || !skillIds.includes(first) || others.some((other) => other !== first))
    refuse('skill-id-unknown', applicationIds.map(quoted).join())
}
