import { Refusal } from '../http/refusal.ts'

/** What a code stands for. What is said of it depends on the reason: reasons.ts. */
interface OAuthErrorEntry {
  status: number
  /** What docs/reference/errors.md says of it. */
  advice: string
  /** Whether it only ever goes to the redirect URI, where it has no status. */
  redirected?: true
}

/** Each error code of the authorization server, with the status of the answer that it stands in. */
export const OAUTH_ERRORS = {
  // RFC 6749 sections 4.1.2.1 and 5.2
  invalid_request: {
    status: 400,
    advice: 'A parameter is missing, there twice or malformed.',
  },
  invalid_client: {
    status: 401,
    advice: "The client's id or secret is wrong or missing.",
  },
  invalid_grant: {
    status: 400,
    advice: 'The code or refresh token is unknown, expired, used, revoked or of another client; or PKCE failed.',
  },
  invalid_scope: {
    status: 400,
    advice: 'None of the scopes is one that the client may have; or a refresh asks for more than was granted.',
  },
  unauthorized_client: {
    status: 400,
    advice: 'This client may not ask in this way: its `grant_types` say how it may.',
  },
  unsupported_grant_type: {
    status: 400,
    advice: "A `grant_type` that is not in the server's metadata.",
  },
  unsupported_response_type: {
    status: 400,
    advice: 'A `response_type` other than `code`.',
    redirected: true,
  },
  access_denied: {
    status: 400,
    advice: 'The person chose *Deny*.',
  },
  // RFC 8707 section 2
  invalid_target: {
    status: 400,
    advice: 'A `resource` that is not served here, or that was not granted.',
  },
  // OpenID Connect Core section 3.1.2.6
  login_required: {
    status: 400,
    advice: '`prompt=none`: nobody is signed in, or not since `max_age`.',
    redirected: true,
  },
  consent_required: {
    status: 400,
    advice: '`prompt=none`: nobody is linked without being asked.',
    redirected: true,
  },
  request_not_supported: {
    status: 400,
    advice: 'A request object in `request`.',
    redirected: true,
  },
  request_uri_not_supported: {
    status: 400,
    advice: 'A request object in `request_uri`.',
    redirected: true,
  },
  // RFC 8628 section 3.5
  authorization_pending: {
    status: 400,
    advice: 'The person has not answered yet. Ask again after `interval` seconds.',
  },
  slow_down: {
    status: 400,
    advice: 'The device asks too often. Wait 5 seconds more between two questions, from now on.',
  },
  expired_token: {
    status: 400,
    advice: 'The device code has expired. Begin again.',
  },
  // RFC 7591 section 3.2.2
  invalid_redirect_uri: {
    status: 400,
    advice: 'A client wants to register a redirect URI that nobody may be sent to.',
  },
  invalid_client_metadata: {
    status: 400,
    advice: 'A client wants to register something else that it cannot have.',
  },
  registration_closed: {
    status: 403,
    advice:
      'Nobody may register a client now. `skillgate client allow --for 10m` lets any client register for so long.',
  },
  too_many_requests: {
    status: 429,
    advice: 'Too much was asked for in too short a time. `Retry-After` says how many seconds to wait.',
  },
  // RFC 6750 section 3.1
  invalid_token: {
    status: 401,
    advice: 'The access token is unknown, expired, revoked or for another resource. Refresh it, or link again.',
  },
  insufficient_scope: {
    status: 403,
    advice: 'The access token lacks a scope, which `WWW-Authenticate` names.',
  },
} as const satisfies Record<string, OAuthErrorEntry>

export type OAuthErrorCode = keyof typeof OAUTH_ERRORS

/** A refusal in OAuth's own terms. `deny` makes it from its reason. */
export class OAuthError extends Refusal<OAuthErrorCode> {
  override name = 'OAuthError'

  constructor(code: OAuthErrorCode, sentence: string, detail?: string, headers?: Record<string, string>) {
    super(code, { status: OAUTH_ERRORS[code].status, sentence }, detail, headers)
  }
}
