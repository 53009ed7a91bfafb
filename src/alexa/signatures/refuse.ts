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

/** @throws GatewayError skill_request_refused */
export function refuse(reason: SkillRefusal, detail: string): never {
  throw skillRefusal(reason, detail)
}
