import { isObject } from '../http/is-object.ts'

/** A message of a client of `/ws`, as far as anything may depend on it. */
export interface ClientMessage {
  message_id: string | number
  command: string
  args: Record<string, unknown>
}

/** What Music Assistant hangs up on: no JSON, or no command with an id. */
export class MalformedMessage extends Error {}

/** Nested deeper than anything a client has to say; what judges a command, and what writes it anew, goes as deep. */
const DEPTH_LIMIT = 64

/**
 * Reads a message. What is read is what is judged and what goes on: it is written anew, so that a key that came twice, or
 * one that nobody knows, reaches nobody.
 * @throws MalformedMessage; RangeError for a number that would not be the same when it is written again
 */
export function readClientMessage(text: string): ClientMessage {
  const message = parse(text)
  if (!isObject(message)) throw new MalformedMessage('no object')
  const { message_id, command, args } = message
  if (typeof message_id !== 'string' && !Number.isSafeInteger(message_id)) throw new MalformedMessage('no message_id')
  if (typeof command !== 'string') throw new MalformedMessage('no command')
  if (args !== undefined && args !== null && !isObject(args)) throw new MalformedMessage('args is no object')
  return { message_id: message_id as string | number, command, args: args ?? {} }
}

/** Of what was read: the same again, and nothing else. @throws RangeError @see readClientMessage */
export function writeClientMessage({ message_id, command, args }: ClientMessage): string {
  checkValue(args, 1)
  return JSON.stringify({ message_id, command, args })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new MalformedMessage((error as Error).message)
  }
}

function checkValue(value: unknown, depth: number): void {
  if (typeof value === 'number') {
    if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
      throw new RangeError('a number that is too large')
  } else if (typeof value === 'object' && value !== null) {
    if (depth > DEPTH_LIMIT) throw new RangeError(`more than ${DEPTH_LIMIT} levels`)
    for (const one of Object.values(value)) checkValue(one, depth + 1)
  }
}
