import { fieldAt } from '../field-at.ts'
import { type CallGateway, type GatewayAnswer, inWords, jsonOf } from './call-gateway.ts'
import type { TellTrial } from './trial.ts'

/** Sends what a Lambda passes on of a smart home skill. */
export async function playDirectives(
  { call, newId, tell }: { call: CallGateway; newId: () => string; tell: TellTrial },
  path: string,
  token: string,
): Promise<void> {
  const send = (namespace: string, name: string, payload: object) => {
    const header = { namespace, name, payloadVersion: '3', messageId: newId() }
    const body = JSON.stringify({ directive: { header, payload } })
    return call({ method: 'POST', path, body, headers: { 'Content-Type': 'application/json' } })
  }
  const scope = (one: string) => ({ type: 'BearerToken', token: one })
  const discover = (one: string) => send('Alexa.Discovery', 'Discover', { scope: scope(one) })

  const found = await discover(token)
  tell({
    name: `${path}: a discovery, with an account`,
    expected: '200, no error',
    came: cameOf(found),
    ok: found.status === 200 && errorOf(found) === undefined,
  })
  const unknown = await discover('A'.repeat(43))
  const wanted = 'INVALID_AUTHORIZATION_CREDENTIAL'
  tell({
    name: `${path}: a discovery with a token that nobody gave out`,
    expected: wanted,
    came: cameOf(unknown),
    ok: errorOf(unknown) === wanted,
  })
  const grant = { type: 'OAuth2.AuthorizationCode', code: 'simulated' }
  const accepted = await send('Alexa.Authorization', 'AcceptGrant', { grant, grantee: scope(token) })
  const ok = fieldAt(jsonOf(accepted), 'event', 'header', 'name') === 'AcceptGrant.Response'
  tell({
    name: `${path}: AcceptGrant`,
    expected: 'AcceptGrant.Response',
    came: ok ? 'AcceptGrant.Response' : cameOf(accepted),
    ok,
  })
}

function errorOf(answer: GatewayAnswer): string | undefined {
  const isError = fieldAt(jsonOf(answer), 'event', 'header', 'name') === 'ErrorResponse'
  return isError ? String(fieldAt(jsonOf(answer), 'event', 'payload', 'type')) : undefined
}

function cameOf(answer: GatewayAnswer): string {
  return errorOf(answer) ?? inWords(answer)
}
