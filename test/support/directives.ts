import type { RequestListener } from 'node:http'
import type { ExecutionContext } from 'ava'
import { startTestHouse, type TestHouse } from './gateway.ts'
import { exchangeRaw, type RawAnswer } from './raw-client.ts'
import { type ScriptedUpstream, startUpstream } from './scripted-upstream.ts'

/** The envelopes of Amazon's documentation, each with this token where it has one. */
export const DIRECTIVES = {
  'turn on': (token: unknown) => ({
    directive: {
      header: {
        namespace: 'Alexa.PowerController',
        name: 'TurnOn',
        payloadVersion: '3',
        messageId: 'm',
        correlationToken: 'c',
      },
      endpoint: { scope: { type: 'BearerToken', token }, endpointId: 'endpoint-001', cookie: {} },
      payload: {},
    },
  }),
  discovery: (token: unknown) => ({
    directive: {
      header: { namespace: 'Alexa.Discovery', name: 'Discover', payloadVersion: '3', messageId: 'm' },
      payload: { scope: { type: 'BearerToken', token } },
    },
  }),
  'accept grant': (token: unknown) => ({
    directive: {
      header: { namespace: 'Alexa.Authorization', name: 'AcceptGrant', payloadVersion: '3', messageId: 'm' },
      payload: {
        grant: { type: 'OAuth2.AuthorizationCode', code: 'C' },
        grantee: { type: 'BearerToken', token },
      },
    },
  }),
  music: (accessToken: unknown) => ({
    header: { messageId: 'm', namespace: 'Alexa.Media.Search', name: 'GetPlayableContent', payloadVersion: '1.0' },
    payload: {
      requestContext: {
        user: { id: 'amzn1.ask.account.X', accessToken },
        location: { originatingLocale: 'en-US', countryCode: 'US' },
      },
      selectionCriteria: { attributes: [{ type: 'MEDIA_TYPE', value: 'TRACK' }] },
    },
  }),
}

export type DirectiveName = keyof typeof DIRECTIVES
export const DIRECTIVE_NAMES = Object.keys(DIRECTIVES) as DirectiveName[]

/** A gateway that passes directives at `/directives` on to an upstream that answers as this test says. */
export async function startDirectiveHouse(
  t: ExecutionContext,
  answer: RequestListener,
): Promise<TestHouse & { upstream: ScriptedUpstream }> {
  const upstream = await startUpstream(t, answer)
  const house = await startTestHouse(t, ({ upstreams, routes }) => {
    upstreams['music-assistant'].url = upstream.url
    const scopes = ['music.control']
    routes.push({
      path: '/directives',
      methods: ['POST'],
      upstream: 'music-assistant',
      auth: 'alexa-directive',
      scopes,
    })
  })
  return { ...house, upstream }
}

/** What a Lambda sends. @param body a directive, or what isn't quite one. */
export function sendDirective(house: TestHouse, body: object | string, headers: string[] = []): Promise<RawAnswer> {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  const head = [
    'POST /directives HTTP/1.1',
    'Host: localhost',
    'Content-Type: application/json',
    `Content-Length: ${bytes.length}`,
    ...headers,
    '\r\n',
  ].join('\r\n')
  return exchangeRaw(house, Buffer.concat([Buffer.from(head), bytes]))
}
