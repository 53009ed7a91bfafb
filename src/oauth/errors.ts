import { Refusal } from '../pages/refusal.ts'

/** The error codes of RFC 6749 sections 4.1.2.1 and 5.2, RFC 6750 section 3.1 and OpenID Connect, each with its status. */
const STATUS = {
  access_denied: 403,
  consent_required: 400,
  invalid_client: 401,
  invalid_grant: 400,
  invalid_request: 400,
  invalid_scope: 400,
  request_not_supported: 400,
  request_uri_not_supported: 400,
  unauthorized_client: 400,
  unsupported_grant_type: 400,
  unsupported_response_type: 400,
} as const

export type OAuthErrorCode = keyof typeof STATUS

/** A refusal in OAuth's own terms. */
export class OAuthError extends Refusal<OAuthErrorCode> {
  override name = 'OAuthError'

  /** @param sentence goes to the client as `error_description`: ASCII without `"` and `\`, what to do about it. */
  constructor(code: OAuthErrorCode, sentence: string, detail = sentence) {
    super(code, STATUS[code], sentence, detail)
  }
}
