import type { z } from 'zod'
import type { Mistake } from './mistake.ts'

/** What the schema found. */
export function toMistakes(issue: z.core.$ZodIssue): Mistake[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...issue.path, key], message: `expected ${issue.message}` }))
  }
  if (issue.code === 'invalid_key') {
    return issue.issues.map(({ message }) => ({ path: issue.path, message: `expected ${message} as a key` }))
  }
  return [{ path: issue.path, message: `expected ${issue.message}` }]
}

/** `key: what was expected, what is there`. @param value the whole configuration. */
export function describeMistake(value: unknown, { path, message }: Mistake): string {
  return `${shown(path)}: ${message}${got(value, path, message)}`
}

/** A key as people write it: `oauth.clients[0].id`. */
export function shown(path: PropertyKey[]): string {
  const text = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${printable(String(step))}`)).join('')
  return text.replace(/^\./, '') || 'the file'
}

function printable(key: string): string {
  return /^[\x21-\x7e]{1,60}$/.test(key) ? key : shortened(JSON.stringify(key))
}

/** What is there instead; never of a secret, and not where the message tells. */
function got(value: unknown, path: PropertyKey[], message: string): string {
  if (
    /^expected (none|another|GET among|a secret|a value in|one line of|an? .* of its own|one of the keys)| as a key$/.test(
      message,
    )
  )
    return ''
  let found = value
  for (const step of path) found = (found as Record<PropertyKey, unknown> | undefined)?.[step]
  if (found === undefined) return ', it is missing'
  if (found === null) return ', it is empty'
  if (path.some((step) => SECRETS.includes(String(step)))) return ', got something else'
  // What a list or a map holds is not shown: there may be a secret in it.
  if (Array.isArray(found)) return found.length ? ', got a list' : ', got an empty list'
  if (typeof found === 'object') return ', got a map'
  if (typeof found !== 'string') return `, got ${found}`
  return `, got ${shortened(JSON.stringify(withoutUser(found)))}`
}

/** Keys whose values are not to be shown, whatever stands there. */
const SECRETS = ['secret', 'token', 'initial_access_token', 'password', 'dns']

/** There may be a password in a URL. */
function withoutUser(url: string): string {
  return url.replace(/(?<=\/\/).*@/s, '...@')
}

function shortened(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}
