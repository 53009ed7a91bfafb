import type { CallUpstream } from '../../http/call-upstream.ts'
import { GatewayError } from '../../http/gateway-error.ts'
import { isObject } from '../../http/is-object.ts'
import { parseJson } from '../../http/parse-json.ts'

/** Of whatever Music Assistant says about tokens and accounts; a person has few. */
const ANSWER_LIMIT = 1024 * 1024
const TIMEOUT_MS = 10_000

/** `forgotten`: it takes the token that was sent for none of its own. `refused`: it knows who asks, and says no. */
export type Refused = { kind: 'forgotten' | 'refused'; detail: string }
export type Created = { kind: 'created'; token: string }

/** A token as Music Assistant lists it. */
export interface ListedToken {
  id: string
  name: string
}

/**
 * Makes a long-lived token for the person that `bearer` is of.
 * @throws GatewayError where Music Assistant can't be asked; it may have made one all the same.
 */
export async function createToken(call: CallUpstream, bearer: string, name: string): Promise<Created | Refused> {
  const answer = await command(call, bearer, 'auth/token/create', { name })
  if ('kind' in answer) return answer
  const token = answer.result
  if (typeof token !== 'string' || !/^[\x21-\x7e]{16,4096}$/.test(token)) throw strange('auth/token/create')
  return { kind: 'created', token }
}

/** The tokens of the person that `bearer` is of. @throws GatewayError as above. */
export async function listTokens(call: CallUpstream, bearer: string): Promise<ListedToken[] | Refused> {
  const answer = await command(call, bearer, 'auth/tokens', {})
  if ('kind' in answer) return answer
  if (!Array.isArray(answer.result)) throw strange('auth/tokens')
  const listed = answer.result.filter(isObject)
  return listed.flatMap(({ token_id: id, name }) =>
    typeof id === 'string' && typeof name === 'string' ? [{ id, name }] : [],
  )
}

/** @throws GatewayError as above. */
export async function revokeToken(call: CallUpstream, bearer: string, id: string): Promise<Refused | undefined> {
  const answer = await command(call, bearer, 'auth/token/revoke', { token_id: id })
  return 'kind' in answer ? answer : undefined
}

/**
 * Ends a token by signing out with it; one that is no longer known there has ended already.
 * @throws GatewayError while it can't be told that it has.
 */
export async function endToken(call: CallUpstream, token: string): Promise<void> {
  const { status } = await call({ method: 'POST', path: '/auth/logout', headers: bearing(token), ...LIMITS })
  if (status !== 200 && status !== 204 && status !== 401) throw strange('/auth/logout', status)
}

/** Whose a token is. @returns undefined for one that isn't known there. @throws GatewayError as above. */
export async function findOwner(
  call: CallUpstream,
  token: string,
): Promise<{ name: string; role: string } | undefined> {
  const { status, body } = await call({ method: 'GET', path: '/auth/me', headers: bearing(token), ...LIMITS })
  if (status === 401) return undefined
  if (status !== 200) throw strange('/auth/me', status)
  const user = parse(body, '/auth/me')
  if (!isObject(user) || typeof user.username !== 'string') throw strange('/auth/me')
  return { name: user.username, role: typeof user.role === 'string' ? user.role : '' }
}

const LIMITS = { timeoutMs: TIMEOUT_MS, limit: ANSWER_LIMIT }

function bearing(token: string): string[] {
  return ['Authorization', `Bearer ${token}`]
}

async function command(
  call: CallUpstream,
  bearer: string,
  name: string,
  args: Record<string, string>,
): Promise<{ result: unknown } | Refused> {
  const headers = ['Content-Type', 'application/json', ...bearing(bearer)]
  const body = JSON.stringify({ command: name, args })
  const answer = await call({ method: 'POST', path: '/api', headers, body, ...LIMITS })
  const { status } = answer
  if (status === 200) return { result: parse(answer.body, name) }
  const detail = `${name} was answered ${status}`
  if (status === 401) return { kind: 'forgotten', detail }
  if (status === 400 || status === 403) return { kind: 'refused', detail }
  throw strange(name, status)
}

function parse(body: Buffer, what: string): unknown {
  const value = parseJson(body)
  if (value === undefined) throw strange(what)
  return value
}

/** An answer that says nothing either way. */
function strange(what: string, status = 200): GatewayError {
  return new GatewayError('bad_gateway', `Music Assistant's answer to ${what} (${status}) is none that it should give`)
}
