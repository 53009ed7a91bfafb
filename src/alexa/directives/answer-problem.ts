import { isObject } from '../../http/is-object.ts'
import { fieldAt } from '../field-at.ts'

/** What a home is unlinked by. Whether a token is still good only the gateway knows, which has given it out. */
const UNLINKS: ReadonlySet<unknown> = new Set(['EXPIRED_AUTHORIZATION_CREDENTIAL', 'INVALID_AUTHORIZATION_CREDENTIAL'])

/**
 * Why what a server behind the gateway answers to a directive can't go on to Alexa: a page to sign in with status 200, or
 * the word that its own token is no good, in a form that unlinks people here.
 * @param body of an answer that has come whole. @returns undefined where it can.
 */
export function answerProblem(body: Uint8Array): string | undefined {
  const answer = parse(body)
  if (!isObject(answer)) return 'what is no envelope'
  const type = fieldAt(answer, 'event', 'payload', 'type') ?? fieldAt(answer, 'payload', 'type')
  return UNLINKS.has(type) ? `${type}, which is not its to say` : undefined
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined
  }
}
