import type { Answer } from '../http/answer.ts'
import type { AccessToken } from '../oauth/grants/access-tokens.ts'
import type { SkillEnvelope } from './read-envelope.ts'
import type { SignedRequest } from './signatures/verify-skill-request.ts'

/** What whoever lets skill requests in has to ask of Alexa's room. `app/` makes it. */
export interface SkillRequests {
  /** @throws GatewayError skill_request_refused, chain_unavailable */
  verify: (request: SignedRequest, skillIds: readonly string[]) => Promise<SkillEnvelope>
  /**
   * Takes note of what a request tells of a link: whose it is, or that it is over.
   * @param token what the envelope's is good for. @throws StorageError when a link could not be ended.
   */
  noteLink: (envelope: SkillEnvelope, token: AccessToken | undefined) => Promise<void>
  /** To whoever has linked no account, or one that is gone. */
  answerUnlinked: (envelope: SkillEnvelope) => Answer
}
