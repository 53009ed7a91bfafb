import { isObject } from '../../http/is-object.ts'
import { readUnambiguousJson } from '../../http/read-unambiguous-json.ts'

/** Something that Alexa wants done, as far as a gateway has to know it. */
export interface Directive {
  /** Each has an envelope of its own: smart home v3 has all in `directive`, a music skill begins with `header`. */
  kind: 'smart-home' | 'music'
  namespace: string
  name: string
  payloadVersion: string
  messageId: string
  /** Which the answer has to have again. */
  correlationToken?: string
  /** Which device it is for. Discovery has none. */
  endpointId?: string
  /** Every token in it, each once. */
  tokens: string[]
  /** What is wrong with the rest, for the log; absent where nothing is. */
  problem?: string
}

/** Characters. Amazon's own limit is 256 for an endpoint; its correlation tokens are some hundred. */
const LIMITS = { name: 128, messageId: 256, correlationToken: 16_384, endpointId: 256, token: 4096 }

/** Deeper than anything that Alexa sends; some servers in JavaScript take this key for the prototype. */
const JSON_LIMITS = { depth: 32, refusedKey: '__proto__' }

type Fields = Record<string, unknown>

/**
 * Reads a directive of either kind from the bytes of a request.
 * @returns undefined where it is so little of one that nobody can answer it in Alexa's form.
 */
export function readDirective(body: Uint8Array): Directive | undefined {
  const read = readUnambiguousJson(body, JSON_LIMITS)
  const whole = 'value' in read ? fieldsOf(read.value) : undefined
  if (!whole || ('directive' in whole && 'header' in whole)) return undefined
  return 'directive' in whole ? readSmartHome(fieldsOf(whole.directive)) : readMusic(whole)
}

/** @see https://developer.amazon.com/docs/alexa/device-apis/message-guide.html */
function readSmartHome(directive: Fields | undefined): Directive | undefined {
  const header = fieldsOf(directive?.header)
  const known = readHeader(header)
  if (!directive || !header || !known) return undefined
  const [endpoint, payload] = [fieldsOf(directive.endpoint), fieldsOf(directive.payload)]
  const correlationToken = text(header.correlationToken, LIMITS.correlationToken)
  const endpointId = text(endpoint?.endpointId, LIMITS.endpointId)
  const places = [fieldsOf(endpoint?.scope)?.token, fieldsOf(payload?.scope)?.token, fieldsOf(payload?.grantee)?.token]
  const problem =
    tokenProblem(places) ??
    (/^3(\.\d{1,3})?$/.test(known.payloadVersion) ? undefined : 'payloadVersion is not 3') ??
    (header.correlationToken === undefined || correlationToken ? undefined : 'correlationToken') ??
    (directive.endpoint === undefined || endpointId ? undefined : 'endpoint.endpointId')
  return withoutGaps({
    kind: 'smart-home',
    ...known,
    correlationToken,
    endpointId,
    tokens: tokensIn(places),
    problem,
  })
}

function readMusic(envelope: Fields): Directive | undefined {
  const known = readHeader(fieldsOf(envelope.header))
  if (!known) return undefined
  const user = fieldsOf(fieldsOf(fieldsOf(envelope.payload)?.requestContext)?.user)
  // It is null for somebody who hasn't linked.
  const places = [user?.accessToken ?? undefined]
  return withoutGaps({ kind: 'music', ...known, tokens: tokensIn(places), problem: tokenProblem(places) })
}

function readHeader(header: Fields | undefined) {
  const [namespace, name] = [text(header?.namespace, LIMITS.name), text(header?.name, LIMITS.name)]
  const payloadVersion = text(header?.payloadVersion, LIMITS.name)
  const messageId = text(header?.messageId, LIMITS.messageId)
  if (!namespace || !name || !payloadVersion || !messageId) return undefined
  return [namespace, name, payloadVersion].every((word) => /^[A-Za-z0-9._-]+$/.test(word))
    ? { namespace, name, payloadVersion, messageId }
    : undefined
}

function tokensIn(places: unknown[]): string[] {
  return [...new Set(places.filter((place) => typeof place === 'string'))]
}

function tokenProblem(places: unknown[]): string | undefined {
  const given = places.filter((place) => place !== undefined)
  return given.every((place) => text(place, LIMITS.token) !== undefined) ? undefined : 'a token that is no text'
}

function text(value: unknown, limit: number): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= limit ? value : undefined
}

function fieldsOf(value: unknown): Fields | undefined {
  return isObject(value) ? value : undefined
}

function withoutGaps(directive: { [K in keyof Directive]: Directive[K] | undefined }): Directive {
  return Object.fromEntries(
    Object.entries(directive).filter(([, value]) => value !== undefined),
  ) as unknown as Directive
}
