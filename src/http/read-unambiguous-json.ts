/** Why a text is not read. */
export type JsonProblem =
  | 'not UTF-8'
  | 'not JSON'
  | 'nested too deeply'
  | 'too many values'
  | 'a key twice'
  | 'a key refused'

export interface JsonLimits {
  /** Of lists and objects within each other. */
  depth: number
  /** In lists and objects together, so that whatever is done with them takes no time worth having. */
  values?: number
  /** A key that no object may have. */
  refusedKey?: string
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads a JSON text that every reader reads alike: UTF-8 without a byte order mark, no key twice in one object, no depth at
 * which readers differ. For what is judged here and goes on byte for byte, to a reader that may take the first of two keys
 * where this one takes the last.
 * @see RFC 8259 sections 4, 8.1 and 9
 */
export function readUnambiguousJson(
  json: Uint8Array | string,
  { depth, values = Number.POSITIVE_INFINITY, refusedKey }: JsonLimits,
): { value: unknown } | { problem: JsonProblem } {
  const text = typeof json === 'string' ? json : decode(json)
  if (text === undefined) return { problem: 'not UTF-8' }
  const written = measure(text)
  if (written.depth > depth) return { problem: 'nested too deeply' }
  if (written.values > values) return { problem: 'too many values' }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { problem: 'not JSON' }
  }
  if (countMembers(value) !== written.members) return { problem: 'a key twice' }
  if (refusedKey !== undefined && hasKey(value, refusedKey)) return { problem: 'a key refused' }
  return { value }
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

interface Measures {
  /** Of all objects together, as they are written. */
  members: number
  /** Of all lists and objects together, or nearly so. */
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

function hasKey(value: unknown, key: string): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.hasOwn(value, key) || Object.values(value).some((inner) => hasKey(inner, key))
}
