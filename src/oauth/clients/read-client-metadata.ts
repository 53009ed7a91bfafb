import { checkRedirectUriForm, REDIRECT_URI_FORM } from '../../config/redirect-uri-form.ts'
import type { AuthMethod } from '../../config/schema.ts'
import { chooseScopes } from '../checks/choose-scopes.ts'
import { deny } from '../deny.ts'
import { DEVICE_CODE, GRANT_TYPES, type SentGrantType } from '../grant-types.ts'

const REDIRECT_URIS_LIMIT = 20
const REDIRECT_URI_CHARACTERS_LIMIT = 1000

const AUTH_METHODS = ['none', 'client_secret_basic', 'client_secret_post'] as const satisfies ('none' | AuthMethod)[]

/** What a client that registers itself is going to be. @see RFC 7591 section 2 */
export interface ClientMetadata {
  redirect_uris: string[]
  token_endpoint_auth_method: (typeof AUTH_METHODS)[number]
  grant_types: SentGrantType[]
  response_types: 'code'[]
  client_name?: string
  scope: string
}

/**
 * What a client asks to be, without all that it can't have; what it can't do without must be there.
 * @param allowed the scopes that it may have.
 * @throws OAuthError invalid_redirect_uri, invalid_client_metadata @see RFC 7591 sections 2 and 3.2.2
 */
export function readClientMetadata(given: Record<string, unknown>, allowed: string[]): ClientMetadata {
  const grant_types = readGrantTypes(given.grant_types)
  // From a device nobody is sent back to anywhere.
  const sendsBack = grant_types.includes('authorization_code')
  return {
    redirect_uris: sendsBack ? readRedirectUris(given.redirect_uris) : [],
    token_endpoint_auth_method: readAuthMethod(given.token_endpoint_auth_method),
    grant_types,
    response_types: sendsBack ? readResponseTypes(given.response_types) : [],
    client_name: readName(given.client_name),
    scope: readScope(given.scope, allowed),
  }
}

export function readRedirectUris(given: unknown): string[] {
  if (!isListOfText(given) || given.length === 0 || given.length > REDIRECT_URIS_LIMIT) {
    throw deny('redirect-uris-not-a-list', { limit: `${REDIRECT_URIS_LIMIT}` })
  }
  const wrong = given.find((uri) => uri.length > REDIRECT_URI_CHARACTERS_LIMIT || !checkRedirectUriForm(uri))
  if (wrong === undefined) return [...new Set(given)]
  const wanted = { form: REDIRECT_URI_FORM, limit: `${REDIRECT_URI_CHARACTERS_LIMIT}` }
  throw deny('redirect-uri-of-another-form', { ...wanted, detail: `${JSON.stringify(wrong)} among redirect_uris` })
}

function readAuthMethod(given: unknown): ClientMetadata['token_endpoint_auth_method'] {
  const method = AUTH_METHODS.find((known) => known === (given ?? 'client_secret_basic'))
  if (method) return method
  throw deny('auth-method-unknown', { known: AUTH_METHODS.join(' ') })
}

/** Clients name all that they can do. What there isn't here is left out, as section 2 allows. */
export function readGrantTypes(given: unknown): SentGrantType[] {
  const named = given ?? ['authorization_code']
  if (!isListOfText(named)) throw deny('grant-types-not-a-list')
  const types = (Object.keys(GRANT_TYPES) as SentGrantType[]).filter((one) => named.includes(one))
  // Refresh tokens come with one of the others.
  const first = types.filter((one) => one !== 'refresh_token')
  if (first.length > 0) return types
  throw deny('grant-types-unknown', { known: `authorization_code ${DEVICE_CODE}` })
}

export function readResponseTypes(given: unknown): 'code'[] {
  const named = given ?? ['code']
  if (isListOfText(named) && named.includes('code')) return ['code']
  throw deny('response-types-without-code')
}

/** It stands on the consent page, where nothing may turn a line around or end it. */
export function readName(given: unknown): string | undefined {
  if (given === undefined || given === null) return undefined
  if (typeof given === 'string' && /^[^\p{C}\p{Zl}\p{Zp}]{1,100}$/u.test(given) && SHOWS.test(given))
    return given.trim()
  throw deny('client-name-not-possible')
}

/** A letter or a digit, but none of those letters that show nothing. */
const SHOWS = /(?![\u115f\u1160\u3164\uffa0])[\p{L}\p{N}]/u

/** @see RFC 7591 section 2: the server may register less than was asked for. */
function readScope(given: unknown, allowed: string[]): string {
  const { scopes } = chooseScopes(readScopeText(given), allowed, allowed)
  if (scopes.length > 0) return scopes.join(' ')
  throw deny('no-scope-left', { allowed: allowed.join(' ') })
}

/** @throws OAuthError invalid_client_metadata */
export function readScopeText(given: unknown): string | undefined {
  if (given === undefined || given === null || typeof given === 'string') return given ?? undefined
  throw deny('scope-not-text')
}

export function isListOfText(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
