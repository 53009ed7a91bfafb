import { readEnvelope, type SkillEnvelope } from '../read-envelope.ts'
import type { KeyAt } from './chains.ts'
import { checkCertificateUrl } from './check-certificate-url.ts'
import { checkSignature, readSignature } from './check-signature.ts'
import { checkSkillId } from './check-skill-id.ts'
import { checkTimestamp } from './check-timestamp.ts'
import { readSignatureHeaders } from './read-signature-headers.ts'
import { refuse } from './refuse.ts'
import type { NoteSigned } from './replays.ts'

/** What came, byte for byte. */
export interface SignedRequest {
  /** Names and values in turn. */
  rawHeaders: string[]
  body: Uint8Array
}

export interface Verifying {
  /** `fetchChain` and `checkChain`, or what is remembered of them. */
  keyAt: KeyAt
  noteSigned: NoteSigned
  /** Milliseconds since 1970. */
  now: () => number
}

/**
 * Whether Alexa has signed this, just now, for one of our skills. What costs nothing is asked first, so that who knows
 * neither the id of a skill nor the time has nothing fetched.
 * @throws GatewayError skill_request_refused; chain_unavailable when nobody can tell.
 * @see https://developer.amazon.com/docs/custom-skills/host-a-custom-skill-as-a-web-service.html
 */
export async function verifySkillRequest(
  { rawHeaders, body }: SignedRequest,
  skillIds: readonly string[],
  { keyAt, noteSigned, now }: Verifying,
): Promise<SkillEnvelope> {
  const headers = readSignatureHeaders(rawHeaders)
  const url = checkCertificateUrl(headers.certificateUrl)
  const signature = readSignature(headers.signature)
  const envelope = readEnvelope(body)
  checkTimestamp(envelope, now())
  checkSkillId(envelope, skillIds)
  const { key } = await keyAt(url)
  checkSignature(body, signature, key)
  // Events are sent again until they are answered, and to hear of one twice does no harm.
  if (envelope.kind !== 'event' && !noteSigned(signature)) refuse('replayed', envelope.type)
  return envelope
}
