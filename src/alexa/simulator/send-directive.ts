import { fieldAt } from '../field-at.ts'
import { type CallGateway, type GatewayAnswer, inWords, jsonOf } from './call-gateway.ts'

/** How a Lambda sends directives. */
export interface DirectiveSender {
  call: CallGateway
  newId: () => string
  /** The path of the route that takes them. */
  path: string
}

/** Sends what a Lambda passes on of a smart home skill. */
export function sendDirective(
  { call, newId, path }: DirectiveSender,
  namespace: string,
  name: string,
  payload: object,
): Promise<GatewayAnswer> {
  const header = { namespace, name, payloadVersion: '3', messageId: newId() }
  const body = JSON.stringify({ directive: { header, payload } })
  return call({ method: 'POST', path, body, headers: { 'Content-Type': 'application/json' } })
}

/** Sends the one without whose answer linking fails, where the skill may send events. @returns what came, in words. */
export async function sendAcceptGrant(
  sender: DirectiveSender,
  token: string,
): Promise<{ isAccepted: boolean; came: string }> {
  const grant = { type: 'OAuth2.AuthorizationCode', code: 'simulated' }
  const grantee = { type: 'BearerToken', token }
  const answer = await sendDirective(sender, 'Alexa.Authorization', 'AcceptGrant', { grant, grantee })
  const isAccepted =
    answer.status === 200 && fieldAt(jsonOf(answer), 'event', 'header', 'name') === 'AcceptGrant.Response'
  return { isAccepted, came: isAccepted ? 'AcceptGrant.Response' : cameOf(answer) }
}

/** The type of an error of Alexa's. */
export function errorOf(answer: GatewayAnswer): string | undefined {
  const isError = fieldAt(jsonOf(answer), 'event', 'header', 'name') === 'ErrorResponse'
  return isError ? String(fieldAt(jsonOf(answer), 'event', 'payload', 'type')) : undefined
}

export function cameOf(answer: GatewayAnswer): string {
  return errorOf(answer) ?? inWords(answer)
}
