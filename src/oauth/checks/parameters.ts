import { parse } from 'node:querystring'
import { deny } from '../deny.ts'

/** The parameters of a query or a form. One without a value counts as absent. @see RFC 6749 section 3.1 */
export class Parameters {
  /** As it came. */
  readonly text: string
  readonly #values: Record<string, string | string[] | undefined>

  /** @param text `application/x-www-form-urlencoded`, as the latin1 string of its bytes. */
  constructor(text: string) {
    this.text = text
    this.#values = parse(text, '&', '=', { decodeURIComponent: unescapeBytes, maxKeys: 0 })
  }

  /** The value's bytes as a latin1 string. @throws OAuthError invalid_request when it is there twice. */
  get(name: string): string | undefined {
    const value = this.#values[name]
    if (Array.isArray(value)) throw deny('parameter-twice', { parameter: name })
    return value || undefined
  }

  /** @throws OAuthError invalid_request when it is absent, or there twice. */
  require(name: string): string {
    const value = this.get(name)
    if (value === undefined) throw deny('parameter-missing', { parameter: name })
    return value
  }

  /** All values of a parameter that may be there more than once. */
  getAll(name: string): string[] {
    return [this.#values[name] ?? []].flat().filter((value) => value !== '')
  }

  /** A value that a person typed. */
  getText(name: string): string {
    return Buffer.from(this.get(name) ?? '', 'latin1').toString('utf8')
  }

  /** @throws OAuthError invalid_request when any parameter is there twice that must not be. @see RFC 8707 section 2 */
  checkNoneTwice(): void {
    const twice = Object.entries(this.#values).find(([name, value]) => name !== 'resource' && Array.isArray(value))
    // Its name is not ours: only the log has it.
    if (twice) throw deny('some-parameter-twice', `${twice[0]} is there twice`)
  }
}

/** Adds parameters to a URI that may have some already. The values are the bytes of latin1 strings. */
export function withParameters(uri: string, parameters: Record<string, string | undefined>): string {
  const added = Object.entries(parameters)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map(([name, value]) => `${name}=${escapeBytes(value)}`)
  return `${uri}${uri.includes('?') ? '&' : '?'}${added.join('&')}`
}

/** Bytes, not characters: whatever bytes a `state` has, the same ones can be sent back. */
function unescapeBytes(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
}

function escapeBytes(latin1: string): string {
  return latin1.replace(
    /[^A-Za-z0-9._~-]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  )
}
