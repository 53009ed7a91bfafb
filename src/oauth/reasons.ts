import type { OAuthErrorCode } from './oauth-error.ts'

interface ReasonEntry {
  /** What it is sent as. */
  code: OAuthErrorCode
  /** `error_description`: ASCII without `"` and `\`. What stands in braces is put in by `deny`. */
  sentence: string
}

/** Why the authorization server refuses something: each reason is sent as one code, with one sentence. */
export const REASONS = {
  // A request that is not as it has to be
  'parameter-missing': { code: 'invalid_request', sentence: 'The parameter {parameter} is missing.' },
  'parameter-twice': { code: 'invalid_request', sentence: 'The parameter {parameter} is there more than once.' },
  'some-parameter-twice': { code: 'invalid_request', sentence: 'A parameter is there more than once.' },
  'not-a-form': { code: 'invalid_request', sentence: 'The body has to be application/x-www-form-urlencoded.' },

  // An authorization request
  'client-unknown': { code: 'invalid_request', sentence: 'The client_id is not known here.' },
  'redirect-uri-not-registered': {
    code: 'invalid_request',
    sentence: 'The redirect_uri is not registered for this client.',
  },
  'may-not-ask-for-code': { code: 'unauthorized_client', sentence: 'This client may not ask for a code.' },
  'response-type-not-code': { code: 'unsupported_response_type', sentence: 'The response_type has to be code.' },
  'response-mode-not-query': { code: 'invalid_request', sentence: 'The response_mode has to be query.' },
  'request-object': { code: 'request_not_supported', sentence: 'Request objects are not supported.' },
  'request-uri': { code: 'request_uri_not_supported', sentence: 'A request_uri is not supported.' },
  'prompt-none-with-others': { code: 'invalid_request', sentence: 'The prompt none goes with no other.' },
  'max-age-malformed': { code: 'invalid_request', sentence: 'The max_age has to be a whole number of seconds.' },
  'sign-in-needed': { code: 'login_required', sentence: 'Nobody is signed in here, or not since max_age.' },
  'prompt-none': { code: 'consent_required', sentence: 'Nobody can be linked here without being asked.' },
  'person-denied': { code: 'access_denied', sentence: 'The request was denied.' },
  'scope-not-allowed': { code: 'invalid_scope', sentence: 'The scope may hold only: {allowed}' },
  'scope-missing': { code: 'invalid_scope', sentence: 'The request has to ask for a scope of: {allowed}' },
  'scope-withdrawn': {
    code: 'invalid_scope',
    sentence: 'This client may have none of the scopes any more that were granted.',
  },
  'resource-unknown': { code: 'invalid_target', sentence: 'The resource is not one of this server.' },
  'resource-not-granted': { code: 'invalid_target', sentence: 'The resource was not granted.' },

  // PKCE
  'challenge-missing': { code: 'invalid_request', sentence: 'This client has to send a code_challenge.' },
  'challenge-method-alone': { code: 'invalid_request', sentence: 'A code_challenge_method needs a code_challenge.' },
  'challenge-method-not-s256': { code: 'invalid_request', sentence: 'The code_challenge_method has to be S256.' },
  'challenge-malformed': { code: 'invalid_request', sentence: 'A code_challenge has 43 characters of base64url.' },
  'verifier-unexpected': {
    code: 'invalid_grant',
    sentence: 'A code_verifier came for a code without code_challenge.',
  },
  'verifier-wrong': { code: 'invalid_grant', sentence: 'The code_verifier does not match.' },

  // Who a client is, and what it may do
  'credentials-missing': { code: 'invalid_client', sentence: 'Client credentials are missing.' },
  'credentials-malformed': {
    code: 'invalid_client',
    sentence: 'The Authorization header is not valid HTTP Basic.',
  },
  'credentials-differ': {
    code: 'invalid_request',
    sentence: 'The credentials in the Authorization header and in the body differ.',
  },
  'credentials-wrong': { code: 'invalid_client', sentence: 'The client credentials are not valid.' },
  'auth-method-wrong': { code: 'invalid_client', sentence: 'This client has to authenticate by {methods}.' },
  'client-without-secret': { code: 'invalid_client', sentence: 'Only a client with a secret may ask about tokens.' },
  'grant-type-unknown': { code: 'unsupported_grant_type', sentence: 'The grant_type has to be one of: {known}' },
  'grant-type-not-allowed': { code: 'unauthorized_client', sentence: 'This client may not use this grant_type.' },

  // What a client has been given
  'code-not-valid': { code: 'invalid_grant', sentence: 'The authorization code is not valid.' },
  'refresh-token-not-valid': {
    code: 'invalid_grant',
    sentence: 'The refresh token is not valid. Link the account again.',
  },

  // Devices
  'may-not-ask-for-device-code': {
    code: 'unauthorized_client',
    sentence: 'This client may not ask for a device code.',
  },
  'too-many-devices': { code: 'too_many_requests', sentence: 'Too many devices have begun here. Wait a while.' },
  'device-code-not-valid': { code: 'invalid_grant', sentence: 'The device code is not valid. Begin again.' },
  'device-code-expired': { code: 'expired_token', sentence: 'The device code has expired. Begin again.' },
  'nobody-answered-yet': { code: 'authorization_pending', sentence: 'Nobody has answered yet. Ask again later.' },
  'asked-too-often': { code: 'slow_down', sentence: 'Wait {seconds} seconds before each question from now on.' },

  // A client that registers itself
  'initial-access-token-wrong': {
    code: 'invalid_token',
    sentence:
      'Registering needs the initial access token of this server. Whoever runs it can let any client register for a while, by: {command}',
  },
  'registration-closed': {
    code: 'registration_closed',
    sentence:
      'No client may register here now. Whoever runs this server can let any client register for a while, by: {command}',
  },
  'too-many-registrations': {
    code: 'too_many_requests',
    sentence: 'Too many clients have registered from here lately. Wait a while.',
  },
  'too-many-clients': { code: 'too_many_requests', sentence: 'Too many clients have registered here.' },
  'metadata-of-another-type': { code: 'invalid_client_metadata', sentence: 'The body has to be application/json.' },
  'metadata-not-json': { code: 'invalid_client_metadata', sentence: 'The body has to be JSON in UTF-8.' },
  'metadata-not-an-object': { code: 'invalid_client_metadata', sentence: 'The body has to be a JSON object.' },
  'redirect-uris-not-a-list': {
    code: 'invalid_redirect_uri',
    sentence: 'The redirect_uris have to be a list with 1 to {limit} URIs.',
  },
  'redirect-uri-of-another-form': {
    code: 'invalid_redirect_uri',
    sentence: 'A redirect URI has to be {form}, with at most {limit} characters.',
  },
  'auth-method-unknown': {
    code: 'invalid_client_metadata',
    sentence: 'The token_endpoint_auth_method has to be one of: {known}',
  },
  'grant-types-not-a-list': {
    code: 'invalid_client_metadata',
    sentence: 'The grant_types have to be a list of strings.',
  },
  'grant-types-unknown': {
    code: 'invalid_client_metadata',
    sentence: 'The grant_types have to include one of: {known}',
  },
  'response-types-without-code': {
    code: 'invalid_client_metadata',
    sentence: 'The response_types have to be a list with code.',
  },
  'client-name-not-possible': {
    code: 'invalid_client_metadata',
    sentence: 'The client_name has to be 1 to 100 characters on one line.',
  },
  'scope-not-text': { code: 'invalid_client_metadata', sentence: 'The scope has to be a string.' },
  'no-scope-left': { code: 'invalid_client_metadata', sentence: 'The scope has to include one of: {allowed}' },
  // A client whose id is the URL of its metadata document
  'client-id-url-wrong': {
    code: 'invalid_request',
    sentence:
      'A client_id that is a URL has to be https://HOST/PATH in its one spelling, without port, user, query and fragment.',
  },
  'client-domain-not-allowed': {
    code: 'invalid_request',
    sentence:
      'Apps of {host} are not allowed here. Whoever runs this gateway can add it to oauth.client_metadata_documents.domains.',
  },
  'too-many-documents': {
    code: 'too_many_requests',
    sentence: 'Too many metadata documents of clients were asked for. Try again in {seconds} seconds.',
  },
  'document-without-address': {
    code: 'invalid_request',
    sentence: 'The name {host} of the client_id leads nowhere. Check the client_id, and the DNS of this gateway.',
  },
  'document-not-public': {
    code: 'invalid_request',
    sentence: 'The name {host} of the client_id leads to an address that is not public: no document is read there.',
  },
  'document-unreachable': {
    code: 'invalid_request',
    sentence: 'The metadata document of the client at {host} could not be read: no connection. Try again in a minute.',
  },
  'document-certificate': {
    code: 'invalid_request',
    sentence: 'The server of the client at {host} has no valid certificate, so its metadata document does not count.',
  },
  'document-too-slow': {
    code: 'invalid_request',
    sentence: 'The metadata document of the client at {host} did not come in time. Try again in a minute.',
  },
  'document-redirected': {
    code: 'invalid_request',
    sentence:
      'The metadata document of the client at {host} is said to be elsewhere. It has to be where the client_id says.',
  },
  'document-gone': {
    code: 'invalid_request',
    sentence: 'There is no metadata document of a client at this address of {host}.',
  },
  'document-refused': {
    code: 'invalid_request',
    sentence:
      'The server of {host} did not give out the metadata document of the client. Try again in a minute; the log has its answer.',
  },
  'document-compressed': {
    code: 'invalid_client_metadata',
    sentence: 'The metadata document of the client at {host} came compressed, which was not asked for.',
  },
  'document-of-another-type': {
    code: 'invalid_client_metadata',
    sentence: 'The metadata document of the client at {host} has to be application/json.',
  },
  'document-too-long': {
    code: 'invalid_client_metadata',
    sentence: 'The metadata document of the client at {host} is longer than 5 KiB.',
  },
  'document-garbled': {
    code: 'invalid_client_metadata',
    sentence: 'The server of the client at {host} answered what is not HTTP.',
  },
  'document-not-json': {
    code: 'invalid_client_metadata',
    sentence: 'The metadata document of the client at {host} has to be one JSON object in UTF-8 with each key once.',
  },
  'document-of-another': {
    code: 'invalid_client_metadata',
    sentence: 'The metadata document of the client at {host} names another client_id than its own address.',
  },
  'document-with-secret': {
    code: 'invalid_client_metadata',
    sentence:
      'The metadata document of the client at {host} is about a client with a secret, which cannot be in public.',
  },
  'document-wants-proof': {
    code: 'invalid_client_metadata',
    sentence:
      'The client at {host} wants to prove itself by a key, which is not supported here: token_endpoint_auth_method has to be none.',
  },
  'document-sends-elsewhere': {
    code: 'invalid_redirect_uri',
    sentence:
      'The client at {host} sends people on to another site. If that is its own, add its host to oauth.client_metadata_documents.domains.',
  },
} as const satisfies Record<string, ReasonEntry>

export type Reason = keyof typeof REASONS
