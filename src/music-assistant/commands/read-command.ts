import { isObject } from '../../http/is-object.ts'
import { type JsonProblem, readUnambiguousJson } from '../../http/read-unambiguous-json.ts'
import type { CommandMessage, CommandRefusal } from '../command.ts'

/** A command has a depth of five or so; 1,500 items whole have half of these values. */
const LIMITS = { depth: 64, values: 200_000 }

const SENTENCES: Partial<Record<JsonProblem, string>> = {
  'not UTF-8': 'it is not UTF-8',
  'nested too deeply': 'it is nested too deeply',
  'too many values': 'it has too many values',
  'a key twice': 'a key is there twice',
}
const NO_OBJECT = 'it is no JSON object'

/** Reads a message as every parser would, for what is judged here is read again by Music Assistant. */
export function readCommand(message: Uint8Array | string): CommandMessage | CommandRefusal {
  const read = readUnambiguousJson(message, LIMITS)
  if ('problem' in read) return invalid(SENTENCES[read.problem] ?? NO_OBJECT)
  const { value } = read
  if (!isObject(value)) return invalid(NO_OBJECT)
  const { command, args, message_id: messageId } = value
  if (command === undefined) return invalid('missing required field')
  if (typeof command !== 'string') return invalid('command is no string')
  if (args !== undefined && args !== null && !isObject(args)) return invalid('args is no object')
  if (messageId !== undefined && typeof messageId !== 'string' && typeof messageId !== 'number')
    return invalid('message_id is no string')
  return { command, args: args ?? {}, messageId }
}

function invalid(why: string): CommandRefusal {
  return { reason: 'invalid-data', sentence: `Invalid JSON: ${why}` }
}
