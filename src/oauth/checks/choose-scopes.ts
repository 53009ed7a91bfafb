import { namedScopes } from './named-scopes.ts'

export interface ChosenScopes {
  /** Empty where none is left that the client may have. */
  scopes: string[]
  /** Those that it asked for and can't have. */
  leftOut: string[]
}

/**
 * What of the scopes that a client asks for it may have: for many ask for all that they know, as `openid` and
 * `offline_access`, whoever they ask. Registering and asking a person are the same here; a refresh isn't (`scopesWithin`).
 * @param otherwise what is meant where it names none.
 * @see RFC 6749 section 3.3: the server may ignore a part, if it says so in the `scope` of its answer.
 */
export function chooseScopes(scope: string | undefined, allowed: string[], otherwise: string[]): ChosenScopes {
  const named = namedScopes(scope)
  if (named.length === 0) return { scopes: otherwise, leftOut: [] }
  return {
    scopes: named.filter((name) => allowed.includes(name)),
    leftOut: named.filter((name) => !allowed.includes(name)),
  }
}
