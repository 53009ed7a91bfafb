import type { Directive } from './read-directive.ts'

/** The types of Alexa's error answers that a gateway has a use for. */
export type AlexaErrorType =
  | 'EXPIRED_AUTHORIZATION_CREDENTIAL'
  | 'INVALID_AUTHORIZATION_CREDENTIAL'
  | 'INTERNAL_ERROR'
  | 'BRIDGE_UNREACHABLE'
  | 'ENDPOINT_UNREACHABLE'
  | 'INVALID_DIRECTIVE'
  | 'ACCEPT_GRANT_FAILED'

/** Whatever keeps a directive from being done. */
export type DirectiveFailure = keyof typeof ALEXA_ERRORS

export interface AlexaError {
  type: AlexaErrorType
  /** For whoever reads Amazon's logs; people never hear it. */
  message: string
}

/**
 * READ WITH CARE: on EXPIRED_ and INVALID_AUTHORIZATION_CREDENTIAL Alexa deletes its tokens, and the home is unlinked
 * until somebody links it again. So these two are for what only linking again can mend, and every doubt is an
 * INTERNAL_ERROR, which costs one sentence. docs/decisions/directives.md has the reasons.
 */
const ALEXA_ERRORS = {
  /** Unknown, or revoked: linking again is all that helps. */
  'token-gone': {
    type: 'INVALID_AUTHORIZATION_CREDENTIAL',
    message: 'The access token is unknown or was revoked. Link the account again.',
  },
  /** So long unused that its grant ended, with the refresh token: linking again is all that helps. */
  'link-lapsed': {
    type: 'EXPIRED_AUTHORIZATION_CREDENTIAL',
    message: 'The link was not used for so long that it ended. Link the account again.',
  },
  /** Alexa has a refresh token that is good. */
  'token-expired': { type: 'INTERNAL_ERROR', message: 'The access token has expired. Refresh it and try again.' },
  /** A user who is disabled, a client that isn't configured now, a clock that is wrong: all of it can come back. */
  'token-suspended': { type: 'INTERNAL_ERROR', message: 'The access token cannot be used at this moment.' },
  /** Linking again gives the same scopes, so it wouldn't help. */
  'scope-missing': { type: 'INTERNAL_ERROR', message: 'The access token lacks a scope that this needs.' },
  'other-resource': { type: 'INTERNAL_ERROR', message: 'The access token is for another resource.' },
  'store-failed': { type: 'INTERNAL_ERROR', message: 'The gateway cannot reach its database right now. Try again.' },
  'gateway-failed': { type: 'INTERNAL_ERROR', message: 'Something went wrong in the gateway.' },
  /** Nothing is known of any link that there might be. */
  'token-missing': { type: 'INVALID_DIRECTIVE', message: 'There is no access token in this directive.' },
  'tokens-differ': { type: 'INVALID_DIRECTIVE', message: 'There are two access tokens that differ.' },
  unreadable: { type: 'INVALID_DIRECTIVE', message: 'This directive cannot be read.' },
  'upstream-down': { type: 'BRIDGE_UNREACHABLE', message: 'The server behind the gateway cannot be reached.' },
  /** It is there, and whatever it waits for isn't; where no device was meant, `alexaError` says that it is the bridge. */
  'upstream-slow': { type: 'ENDPOINT_UNREACHABLE', message: 'The server behind the gateway takes too long to answer.' },
  'upstream-busy': { type: 'INTERNAL_ERROR', message: 'The server behind the gateway has too much to do.' },
  'upstream-failed': { type: 'INTERNAL_ERROR', message: 'The server behind the gateway answered with an error.' },
  /** The gateway gets a new one with the next directive, or finds that the link is over: then its grant is gone. */
  'upstream-refused-person': {
    type: 'INTERNAL_ERROR',
    message: "The server behind the gateway does not accept the person's token there. Try again.",
  },
  /** Never the person's token: it is the gateway itself that isn't let in. */
  'upstream-refused-gateway': {
    type: 'INTERNAL_ERROR',
    message: 'The server behind the gateway does not accept the gateway.',
  },
} as const satisfies Record<string, AlexaError>

/** All that there are. */
export const DIRECTIVE_FAILURES = Object.keys(ALEXA_ERRORS) as DirectiveFailure[]

/** What Alexa is told of a failure. Pure, and the only place that decides it. */
export function alexaError(directive: Directive, failure: DirectiveFailure): AlexaError {
  const { type, message } = ALEXA_ERRORS[failure]
  if (isAcceptGrant(directive)) return { type: 'ACCEPT_GRANT_FAILED', message }
  if (type === 'ENDPOINT_UNREACHABLE' && directive.endpointId === undefined)
    return { type: 'BRIDGE_UNREACHABLE', message }
  return { type, message }
}

/** The one that comes while somebody links, where the skill may send events: not answering it makes linking fail. */
export function isAcceptGrant({ kind, namespace, name }: Directive): boolean {
  return kind === 'smart-home' && namespace === 'Alexa.Authorization' && name === 'AcceptGrant'
}
