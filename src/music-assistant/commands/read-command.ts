import type { CommandMessage, CommandRefusal } from '../command.ts'

/** Arrays and objects within each other; a command has five or so. */
const DEPTH_LIMIT = 64
/** Values in arrays and objects together, so that judging takes no time worth having; 1,500 items whole have half of it. */
const VALUES_LIMIT = 200_000

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads a message as every parser would, for what is judged here is read again by Music Assistant: no key twice in one
 * object, UTF-8 without a byte order mark, no depth at which parsers differ.
 */
export function readCommand(message: Uint8Array | string): CommandMessage | CommandRefusal {
  const text = typeof message === 'string' ? message : decode(message)
  if (text === undefined) return invalid('it is not UTF-8')
  const written = measure(text)
  if (written.depth > DEPTH_LIMIT) return invalid('it is nested too deeply')
  if (written.values > VALUES_LIMIT) return invalid('it has too many values')
  const value = parse(text)
  if (!isObject(value)) return invalid('it is no JSON object')
  if (countMembers(value) !== written.members) return invalid('a key is there twice')
  const { command, args, message_id: messageId } = value
  if (command === undefined) return invalid('missing required field')
  if (typeof command !== 'string') return invalid('command is no string')
  if (args !== undefined && args !== null && !isObject(args)) return invalid('args is no object')
  if (messageId !== undefined && typeof messageId !== 'string' && typeof messageId !== 'number')
    return invalid('message_id is no string')
  return { command, args: args ?? {}, messageId }
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

interface Measures {
  /** Of all objects together, as they are written. */
  members: number
  /** Of all arrays and objects together, or nearly so. */
  values: number
  depth: number
}

/** Of anything but JSON it says nothing. */
function measure(text: string): Measures {
  let members = 0
  let commas = 0
  let open = 0
  let depth = 0
  for (let i = 0; i < text.length; i++) {
    switch (text[i]) {
      case '"':
        i = endOfString(text, i)
        break
      case ':':
        members++
        break
      case ',':
        commas++
        break
      case '{':
      case '[':
        open++
        depth = Math.max(depth, open)
        break
      case '}':
      case ']':
        open--
    }
  }
  return { members, values: commas + depth, depth }
}

/** Where the string that begins there has its closing quote. */
function endOfString(text: string, start: number): number {
  let end = start
  for (;;) {
    end = text.indexOf('"', end + 1)
    if (end < 0) return text.length
    let backslashes = 0
    while (text[end - 1 - backslashes] === '\\') backslashes++
    if (backslashes % 2 === 0) return end
  }
}

/** How many it has once it is read: a key that is there twice counts once. */
function countMembers(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const inner = Object.values(value)
  return inner.reduce((sum: number, one) => sum + countMembers(one), Array.isArray(value) ? 0 : inner.length)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(why: string): CommandRefusal {
  return { reason: 'invalid-data', sentence: `Invalid JSON: ${why}` }
}
