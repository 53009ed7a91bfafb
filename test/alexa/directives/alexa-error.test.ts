import test from 'ava'
import {
  type AlexaErrorType,
  alexaError,
  DIRECTIVE_FAILURES,
  type DirectiveFailure,
  isAcceptGrant,
} from '../../../src/alexa/directives/alexa-error.ts'
import { acceptGrantEnvelope, errorEnvelope } from '../../../src/alexa/directives/envelopes.ts'
import { type Directive, readDirective } from '../../../src/alexa/directives/read-directive.ts'
import { DIRECTIVE_NAMES, DIRECTIVES, type DirectiveName } from '../../support/directives.ts'

const directive = (name: DirectiveName) =>
  readDirective(Buffer.from(JSON.stringify(DIRECTIVES[name]('T')))) as Directive

const EXPECTED: Record<DirectiveFailure, AlexaErrorType> = {
  'token-gone': 'INVALID_AUTHORIZATION_CREDENTIAL',
  'link-lapsed': 'EXPIRED_AUTHORIZATION_CREDENTIAL',
  'token-expired': 'INTERNAL_ERROR',
  'token-suspended': 'INTERNAL_ERROR',
  'scope-missing': 'INTERNAL_ERROR',
  'other-resource': 'INTERNAL_ERROR',
  'store-failed': 'INTERNAL_ERROR',
  'gateway-failed': 'INTERNAL_ERROR',
  'token-missing': 'INVALID_DIRECTIVE',
  'tokens-differ': 'INVALID_DIRECTIVE',
  unreadable: 'INVALID_DIRECTIVE',
  'upstream-down': 'BRIDGE_UNREACHABLE',
  'upstream-slow': 'ENDPOINT_UNREACHABLE',
  'upstream-busy': 'INTERNAL_ERROR',
  'upstream-failed': 'INTERNAL_ERROR',
  'upstream-refused-person': 'INTERNAL_ERROR',
  'upstream-refused-gateway': 'INTERNAL_ERROR',
}

for (const failure of DIRECTIVE_FAILURES) {
  test(`${failure} is told as ${EXPECTED[failure]}`, (t) => {
    t.is(alexaError(directive('turn on'), failure).type, EXPECTED[failure])
    const ofBridge = EXPECTED[failure] === 'ENDPOINT_UNREACHABLE' ? 'BRIDGE_UNREACHABLE' : EXPECTED[failure]
    for (const name of ['discovery', 'music'] as const) t.is(alexaError(directive(name), failure).type, ofBridge)
    t.is(alexaError(directive('accept grant'), failure).type, 'ACCEPT_GRANT_FAILED')
  })
}

test('a home is unlinked only for a token that is gone, or a link that has lapsed', (t) => {
  const unlinking = DIRECTIVE_FAILURES.filter((failure) =>
    /^(EXPIRED|INVALID)_AUTHORIZATION_CREDENTIAL$/.test(alexaError(directive('turn on'), failure).type),
  )
  t.deepEqual(unlinking, ['token-gone', 'link-lapsed'])
})

test('only the directive of that name asks to accept a grant', (t) => {
  for (const name of DIRECTIVE_NAMES) t.is(isAcceptGrant(directive(name)), name === 'accept grant')
  t.false(isAcceptGrant({ ...directive('accept grant'), kind: 'music' }))
})

const error = { type: 'INVALID_AUTHORIZATION_CREDENTIAL', message: '...' } as const

test('a smart home directive is answered with its correlation token and its endpoint', (t) => {
  t.deepEqual(errorEnvelope(directive('turn on'), error, 'uuid'), {
    event: {
      header: {
        namespace: 'Alexa',
        name: 'ErrorResponse',
        payloadVersion: '3',
        messageId: 'uuid',
        correlationToken: 'c',
      },
      endpoint: { endpointId: 'endpoint-001' },
      payload: error,
    },
  })
})

test('discovery is answered without an endpoint', (t) => {
  t.deepEqual(errorEnvelope(directive('discovery'), error, 'uuid'), {
    event: {
      header: { namespace: 'Alexa', name: 'ErrorResponse', payloadVersion: '3', messageId: 'uuid' },
      payload: error,
    },
  })
})

test('a music directive is answered with its own version', (t) => {
  t.deepEqual(errorEnvelope({ ...directive('music'), payloadVersion: '3.0' }, error, 'uuid'), {
    header: { messageId: 'uuid', namespace: 'Alexa', name: 'ErrorResponse', payloadVersion: '3.0' },
    payload: error,
  })
})

test('a grant is accepted, or refused, in the namespace of authorization', (t) => {
  t.deepEqual(acceptGrantEnvelope('uuid'), {
    event: {
      header: {
        namespace: 'Alexa.Authorization',
        name: 'AcceptGrant.Response',
        payloadVersion: '3',
        messageId: 'uuid',
      },
      payload: {},
    },
  })
  const grant = directive('accept grant')
  t.like(errorEnvelope(grant, alexaError(grant, 'token-gone'), 'uuid'), {
    event: {
      header: { namespace: 'Alexa.Authorization', name: 'ErrorResponse' },
      payload: { type: 'ACCEPT_GRANT_FAILED' },
    },
  })
})
