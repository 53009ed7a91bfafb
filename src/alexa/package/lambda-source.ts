/**
 * A handler for AWS Lambda (Node 22, no packages): it passes on what Alexa sends, with the access token that is in it, and
 * says in Alexa's own words when nobody can be reached. What a token is worth only the gateway decides, for on
 * INVALID_AUTHORIZATION_CREDENTIAL Alexa unlinks a home.
 * @param url of a route with `auth: alexa-directive`.
 */
export function lambdaSource(url: string): string {
  return SOURCE.replace("'THE-URL'", () => JSON.stringify(new URL(url).href))
}

const SOURCE = `// Made by "skillgate alexa package --lambda". Passes on what Alexa sends to the gateway at home.
// Runtime: Node.js 22. Handler: index.handler. Time-out of the function: 8 seconds. It needs no permissions and no packages.
// SKILLGATE_URL, where set in the function's configuration, stands in for the address below.

import { randomUUID } from 'node:crypto'

const GATEWAY = process.env.SKILLGATE_URL || 'THE-URL'

// Alexa waits for 8 seconds, and the function has to start, too.
const TIMEOUT_MS = Number(process.env.SKILLGATE_TIMEOUT_MS || 6500)

export async function handler(event) {
  try {
    return await askGateway(event)
  } catch (error) {
    // Never the event: the token is in it.
    console.error('the gateway could not be reached:', error?.cause?.code || error?.name, error?.message)
    return unreachable(event)
  }
}

/** Whatever is no JSON of status 200 comes from somebody in between, or from nobody. */
async function askGateway(event) {
  const token = tokenOf(event)
  const response = await fetch(GATEWAY, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(token && { Authorization: 'Bearer ' + token }) },
    body: JSON.stringify(event),
    // Elsewhere nobody is to get the token.
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  const text = await response.text()
  if (response.status !== 200) throw new Error('it answered with status ' + response.status)
  const answer = parse(text)
  if (answer === null || typeof answer !== 'object' || Array.isArray(answer))
    throw new Error('it answered with no envelope')
  return answer
}

/** An error of JSON.parse has some of the text in it, which is nobody's business. */
function parse(text) {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** Where the access token is depends on the kind of request: smart home, music, custom skill, event of a skill. */
function tokenOf(event) {
  const token =
    event?.directive?.endpoint?.scope?.token ??
    event?.directive?.payload?.scope?.token ??
    event?.directive?.payload?.grantee?.token ??
    event?.payload?.requestContext?.user?.accessToken ??
    event?.context?.System?.user?.accessToken ??
    event?.session?.user?.accessToken ??
    event?.request?.body?.accessToken
  // What could break out of a header is no token.
  return typeof token === 'string' && /^[\\w.~+/-]+=*$/.test(token) ? token : undefined
}

/** Says that the home can't be reached, in the form that belongs to the request. Nothing of it unlinks anybody. */
function unreachable(event) {
  if (event?.directive) return smartHomeError(event.directive)
  if (event?.header) return musicError()
  return skillError(event)
}

const MESSAGE = 'The gateway of this home cannot be reached right now.'

function smartHomeError({ header, endpoint }) {
  if (header?.namespace === 'Alexa.Authorization') {
    const payload = { type: 'ACCEPT_GRANT_FAILED', message: MESSAGE }
    return { event: { header: smartHomeHeader('Alexa.Authorization'), payload } }
  }
  const correlation = header?.correlationToken && { correlationToken: header.correlationToken }
  return {
    event: {
      header: { ...smartHomeHeader('Alexa'), ...correlation },
      ...(endpoint?.endpointId && { endpoint: { endpointId: endpoint.endpointId } }),
      payload: { type: 'BRIDGE_UNREACHABLE', message: MESSAGE },
    },
  }
}

function smartHomeHeader(namespace) {
  return { namespace, name: 'ErrorResponse', payloadVersion: '3', messageId: randomUUID() }
}

function musicError() {
  return {
    header: { messageId: randomUUID(), namespace: 'Alexa', name: 'ErrorResponse', payloadVersion: '3.0' },
    payload: { type: 'BRIDGE_UNREACHABLE', message: MESSAGE },
  }
}

/** To the end of a session, and to events, nothing may be said. */
function skillError(event) {
  const type = event?.request?.type
  if (type !== 'LaunchRequest' && type !== 'IntentRequest') return { version: '1.0', response: {} }
  const isGerman = String(event.request.locale || '').startsWith('de')
  const text = isGerman ? 'Ich erreiche dein Zuhause gerade nicht.' : "I can't reach your home right now."
  return { version: '1.0', response: { outputSpeech: { type: 'PlainText', text }, shouldEndSession: true } }
}
`
