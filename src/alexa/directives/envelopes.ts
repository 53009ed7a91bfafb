import { type AlexaError, isAcceptGrant } from './alexa-error.ts'
import type { Directive } from './read-directive.ts'

/** The answer that says what went wrong, in the form in which the directive came. @param messageId a new UUID. */
export function errorEnvelope(directive: Directive, { type, message }: AlexaError, messageId: string): object {
  const { kind, payloadVersion, correlationToken, endpointId } = directive
  const payload = { type, message }
  if (kind === 'music')
    return { header: { messageId, namespace: 'Alexa', name: 'ErrorResponse', payloadVersion }, payload }
  const namespace = isAcceptGrant(directive) ? 'Alexa.Authorization' : 'Alexa'
  const header = { namespace, name: 'ErrorResponse', payloadVersion: '3', messageId }
  return {
    event: {
      header: correlationToken === undefined ? header : { ...header, correlationToken },
      ...(endpointId !== undefined && { endpoint: { endpointId } }),
      payload,
    },
  }
}

/** The answer without which linking fails. @param messageId a new UUID. */
export function acceptGrantEnvelope(messageId: string): object {
  const header = { namespace: 'Alexa.Authorization', name: 'AcceptGrant.Response', payloadVersion: '3', messageId }
  return { event: { header, payload: {} } }
}
