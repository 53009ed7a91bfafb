import type { CallGateway } from './call-gateway.ts'
import { cameOf, errorOf, sendAcceptGrant, sendDirective } from './send-directive.ts'
import type { TellTrial } from './trial.ts'

/** Sends what a Lambda passes on of a smart home skill. */
export async function playDirectives(
  { call, newId, tell }: { call: CallGateway; newId: () => string; tell: TellTrial },
  path: string,
  token: string,
): Promise<void> {
  const sender = { call, newId, path }
  const discover = (one: string) =>
    sendDirective(sender, 'Alexa.Discovery', 'Discover', { scope: { type: 'BearerToken', token: one } })

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
  const { isAccepted, came } = await sendAcceptGrant(sender, token)
  tell({ name: `${path}: AcceptGrant`, expected: 'AcceptGrant.Response', came, ok: isAccepted })
}
