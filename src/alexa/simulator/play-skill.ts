import { type KeyObject, sign } from 'node:crypto'
import { fieldAt } from '../field-at.ts'
import { SIMULATED_URL } from '../signatures/simulated-chain.ts'
import { type CallGateway, type GatewayAnswer, inWords, jsonOf } from './call-gateway.ts'
import type { TellTrial } from './trial.ts'

/** Where a skill is, and what it asks for. */
export interface SkillPlace {
  path: string
  skillId: string
  account: 'required' | 'optional'
}

export interface SkillPlayer {
  call: CallGateway
  /** What the simulator signs with. */
  key: KeyObject
  /** Milliseconds since 1970. */
  now: () => number
  /** Something that was never there before. */
  newId: () => string
  tell: TellTrial
}

interface Said {
  type?: string
  token?: string | undefined
  skillId?: string
  /** Milliseconds that have passed since it was said. */
  ageMs?: number
}

/** Sends what Alexa sends to a skill, and what it would never. */
export async function playSkill(player: SkillPlayer, place: SkillPlace, token: string): Promise<void> {
  const { call, tell } = player
  const { path, account } = place
  const post = (body: string, headers: Record<string, string>) =>
    call({ method: 'POST', path, body, headers: { 'Content-Type': 'application/json', ...headers } })
  const envelope = (said: Said) => JSON.stringify(skillEnvelope(player, place, said))
  const signed = (body: string) => post(body, signatureOf(player, body))
  const at = `${path}: `

  const launch = envelope({ token })
  const launched = await signed(launch)
  tell({ name: `${at}a signed request, with an account`, ...judge(launched, '200, without a card', isPlain) })
  tell({ name: `${at}the same once more`, ...judge(await signed(launch), '400', is400) })
  for (const [name, unlinked] of [
    ['without an account', undefined],
    ['with a token that nobody gave out', 'A'.repeat(43)],
  ] as const) {
    const answer = await signed(envelope({ token: unlinked }))
    const expected = account === 'required' ? '200, the card that links' : '200'
    tell({
      name: `${at}a signed request, ${name}`,
      ...judge(answer, expected, account === 'required' ? isCard : is200),
    })
  }
  const body = envelope({ token })
  const refused = {
    'a request that nobody signed': await post(body, {}),
    'a body that was changed': await post(`${body} `, signatureOf(player, body)),
    'a request of ten minutes ago': await signed(envelope({ token, ageMs: 600_000 })),
    'a request of tomorrow': await signed(envelope({ token, ageMs: -86_400_000 })),
    "a request for somebody else's skill": await signed(envelope({ token, skillId: `${place.skillId}x` })),
    'certificates from elsewhere': await post(body, {
      ...signatureOf(player, body),
      SignatureCertChainUrl: 'https://example.org/echo.api/a.pem',
    }),
  }
  for (const [name, answer] of Object.entries(refused)) tell({ name: at + name, ...judge(answer, '400', is400) })
}

/** Switches the skill off, as somebody does in the app. */
export async function playDisabled(player: SkillPlayer, place: SkillPlace, token: string): Promise<void> {
  const body = JSON.stringify(skillEnvelope(player, place, { type: 'AlexaSkillEvent.SkillDisabled', token }))
  const headers = { 'Content-Type': 'application/json', ...signatureOf(player, body) }
  const answer = await player.call({ method: 'POST', path: place.path, body, headers })
  player.tell({ name: `${place.path}: the skill is switched off`, ...judge(answer, '200', is200) })
}

function signatureOf({ key }: SkillPlayer, body: string): Record<string, string> {
  const signature = sign('RSA-SHA256', Buffer.from(body), key).toString('base64')
  return { SignatureCertChainUrl: SIMULATED_URL, 'Signature-256': signature }
}

function skillEnvelope({ now, newId }: SkillPlayer, place: SkillPlace, said: Said): object {
  const { type = 'LaunchRequest', token, skillId = place.skillId, ageMs = 0 } = said
  const application = { applicationId: skillId }
  const user = { userId: `amzn1.ask.account.SIMULATED`, accessToken: token }
  const timestamp = new Date(now() - ageMs).toISOString()
  return {
    version: '1.0',
    session: { new: true, sessionId: `amzn1.echo-api.session.${newId()}`, application, user, attributes: {} },
    context: {
      System: { application, user, device: { deviceId: 'amzn1.ask.device.SIMULATED', supportedInterfaces: {} } },
    },
    request: { type, requestId: `amzn1.echo-api.request.${newId()}`, timestamp, locale: 'en-US' },
  }
}

function judge(answer: GatewayAnswer, expected: string, isExpected: (answer: GatewayAnswer) => boolean) {
  const came =
    answer.status === 200 ? `200, ${isCard(answer) ? 'the card that links' : 'without a card'}` : inWords(answer)
  return { expected, came, ok: isExpected(answer) }
}

const is200 = ({ status }: GatewayAnswer) => status === 200
const is400 = (answer: GatewayAnswer) => answer.status === 400 && jsonOf(answer).error === 'skill_request_refused'
const isCard = (answer: GatewayAnswer) =>
  is200(answer) && fieldAt(jsonOf(answer), 'response', 'card', 'type') === 'LinkAccount'
const isPlain = (answer: GatewayAnswer) => is200(answer) && !isCard(answer)
