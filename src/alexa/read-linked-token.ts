import { fieldAt } from './field-at.ts'

/** Where Alexa puts the access token of whoever is speaking: custom skills, events of linking, directives for music. */
const PLACES = [
  ['context', 'System', 'user', 'accessToken'],
  ['session', 'user', 'accessToken'],
  ['request', 'body', 'accessToken'],
  ['payload', 'requestContext', 'user', 'accessToken'],
]

/** The token of an envelope: the first that is there. Undefined where nobody has linked; `null` is none. */
export function readLinkedToken(envelope: unknown): string | undefined {
  for (const place of PLACES) {
    const token = fieldAt(envelope, ...place)
    if (typeof token === 'string' && token !== '') return token
  }
  return undefined
}
