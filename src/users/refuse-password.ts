import type { PasswordProblem } from '../pages/password-problem.ts'
import { PASSWORD_CHARACTERS_LIMIT } from './passwords.ts'
import { weighPassword } from './weigh-password.ts'

const PASSWORD_LENGTH_MINIMUM = 10
/** Of zxcvbn's: from here on more than 10^8 guesses are needed, and each costs 20 ms where a hash was stolen. */
const SCORE_MINIMUM = 3

/** Whoever knows what runs here tries these. */
const PRODUCT_NAMES = ['skillgate', 'alexa', 'amazon', 'echo', 'music assistant', 'musicassistant']

/** Whose password it is to be, and what else strangers know. */
export interface PasswordOwner {
  /** The canonical name. */
  name: string
  displayName: string
  /** The name under which the gateway is reached. */
  host?: string
}

/** @returns why this can't be the password of that user, or undefined if it can. */
export async function refusePassword(password: string, owner: PasswordOwner): Promise<PasswordProblem | undefined> {
  const text = password.normalize('NFC')
  if (text.length < PASSWORD_LENGTH_MINIMUM) return { kind: 'too-short', limit: PASSWORD_LENGTH_MINIMUM }
  if (password.length > PASSWORD_CHARACTERS_LIMIT) return { kind: 'too-long', limit: PASSWORD_CHARACTERS_LIMIT }
  if (text.toLowerCase() === owner.name) return { kind: 'is-name' }
  const known = knownToStrangers(owner)
  const { score, warning, suggestions } = await weighPassword(text, known)
  if (score < SCORE_MINIMUM) return { kind: 'too-easy', warning, suggestions }
  // Several names beside each other look hard to zxcvbn, which takes their order for a secret.
  const rest = withoutNames(text.toLowerCase(), known)
  if (rest === text.toLowerCase() || (await weighPassword(rest, known)).score >= SCORE_MINIMUM) return undefined
  return { kind: 'too-easy', warning: 'userInputs', suggestions: ['anotherWord'] }
}

/** Shorter ones are in many words by chance. */
const NAME_LENGTH_MINIMUM = 4

function withoutNames(text: string, known: string[]): string {
  const names = known.filter(({ length }) => length >= NAME_LENGTH_MINIMUM).sort((a, b) => b.length - a.length)
  return names.reduce((rest, name) => rest.replaceAll(name, ''), text)
}

/** Each name as a whole, without what joins its parts, and each part. */
function knownToStrangers({ name, displayName, host = '' }: PasswordOwner): string[] {
  const names = [name, displayName, host, ...PRODUCT_NAMES].map((one) => one.toLowerCase())
  const forms = names.flatMap((one) => {
    const parts = one.split(/[^\p{L}\p{N}]+/u).filter((part) => part.length > 1)
    return [one, parts.join(''), ...parts]
  })
  return [...new Set(forms)].filter((form) => form.length > 1)
}
