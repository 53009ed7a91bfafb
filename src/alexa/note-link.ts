import type { AccessToken } from '../oauth/grants/access-tokens.ts'
import type { LinkedUsers } from './linked-users.ts'
import type { SkillEnvelope } from './read-envelope.ts'
import { readTime } from './signatures/check-timestamp.ts'

/** What tells that Alexa has thrown its tokens away. */
const ENDS_LINK: ReadonlySet<string> = new Set([
  'AlexaSkillEvent.SkillDisabled',
  'AlexaSkillEvent.SkillAccountUnlinked',
])

export interface LinkTools {
  users: LinkedUsers
  /** When a grant was made, in milliseconds since 1970; undefined where there is none. @throws StorageError */
  grantedAt: (grantId: string) => Promise<number | undefined>
  /** @throws StorageError */
  endGrant: (grantId: string, why: string) => Promise<void>
}

/**
 * Remembers whose a link is, and ends it when its skill was switched off. Such an event may be an hour late: it ends
 * nothing that was linked after what it tells of.
 * @throws StorageError when it could not be ended; Alexa then sends the event again.
 */
export async function noteLink(
  { type, userId, timestamp, happenedAt }: SkillEnvelope,
  token: Pick<AccessToken, 'grantId'> | undefined,
  { users, grantedAt, endGrant }: LinkTools,
): Promise<void> {
  if (!ENDS_LINK.has(type)) {
    if (token && userId !== undefined) await users.note(userId, token.grantId)
    return
  }
  const grant = token?.grantId ?? (userId === undefined ? undefined : await users.find(userId))
  if (grant === undefined) return
  const at = readTime(happenedAt) ?? readTime(timestamp)
  const granted = await grantedAt(grant)
  if (granted !== undefined && at !== undefined && granted > at) return
  if (granted !== undefined) await endGrant(grant, type)
  if (userId !== undefined) await users.forget(userId)
}
