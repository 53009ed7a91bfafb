import { GatewayError } from '../../http/gateway-error.ts'

/** Why a request is not taken for one that Alexa has signed for us. */
export type SkillRefusal =
  | 'header-missing'
  | 'header-twice'
  | 'certificate-url'
  | 'chain-not-there'
  | 'chain-malformed'
  | 'chain-broken'
  | 'root-not-trusted'
  | 'certificate-expired'
  | 'certificate-not-yet-valid'
  | 'certificate-name'
  | 'certificate-purpose'
  | 'certificate-key'
  | 'signature-malformed'
  | 'signature-wrong'
  | 'replayed'
  | 'body-malformed'
  | 'timestamp-missing'
  | 'timestamp-malformed'
  | 'timestamp-too-old'
  | 'timestamp-too-new'
  | 'skill-id-missing'
  | 'skill-id-unknown'
  | 'music-without-token'

/** The sender learns only that it was refused; the log also why. @returns what is answered 400. */
export function skillRefusal(reason: SkillRefusal, detail: string): GatewayError {
  return new GatewayError('skill_request_refused', `${reason}: ${detail}`)
}

/**
 * A value from a body that nobody has vouched for yet, for the log. What is no text is only named: written as JSON, some
 * ten thousand lists in one another would exhaust the stack.
 */
export function quoted(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 100)) : `of type ${typeof value}`
}

/** @throws GatewayError skill_request_refused */
export function refuse(reason: SkillRefusal, detail: string): never {
  throw skillRefusal(reason, detail)
}
