import { deny } from '../deny.ts'
import type { Parameters } from './parameters.ts'

/** What a client wants of how somebody is asked. @see OpenID Connect Core section 3.1.2.1 */
export interface Prompt {
  /** Whether whoever is signed in already has to sign in again. */
  signInAgain: boolean
  /** Whoever signed in longer ago than this has to as well. Milliseconds. */
  maxAgeMs?: number
  /** Whether nothing may be shown: then only errors can come of it, for nobody is linked without being asked. */
  silent: boolean
}

/** What `prompt` may hold. Anything else is left for what comes later to define. */
export const PROMPTS = ['none', 'login', 'consent', 'select_account']

/** @throws OAuthError invalid_request @see OpenID Connect Core section 3.1.2.1 */
export function checkPrompt(parameters: Parameters): Prompt {
  const prompts = parameters.get('prompt')?.split(' ') ?? []
  const silent = prompts.includes('none')
  if (silent && prompts.length > 1) throw deny('prompt-none-with-others')
  const maxAge = parameters.get('max_age')
  if (maxAge !== undefined && !/^\d{1,10}$/.test(maxAge)) throw deny('max-age-malformed')
  // Who is to choose an account has to sign in to it; and nobody signed in less than no time ago.
  const signInAgain = prompts.includes('login') || prompts.includes('select_account') || Number(maxAge ?? 1) === 0
  return { signInAgain, maxAgeMs: maxAge === undefined ? undefined : Number(maxAge) * 1000, silent }
}
