/** Deeper than anything that Alexa sends. */
const DEPTH_LIMIT = 32

const TOKENS = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g

/**
 * The value of a JSON text that every reader reads alike: UTF-8, no key twice in one object, not too deep. What is read
 * here goes on byte for byte, to a reader that may take the first of two keys where this one takes the last.
 * @returns undefined for anything else. @see RFC 8259 sections 4 and 8.1
 */
export function readUnambiguousJson(bytes: Uint8Array): unknown {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    const value: unknown = JSON.parse(text)
    return isUnambiguous(text) ? value : undefined
  } catch {
    return undefined
  }
}

/** @param text well-formed JSON. */
function isUnambiguous(text: string): boolean {
  /** The keys of each object that is open; those of a list stay empty. */
  const open: Set<string>[] = []
  for (const [token, colon] of text.matchAll(TOKENS)) {
    if (token === '{' || token === '[') {
      if (open.push(new Set()) > DEPTH_LIMIT) return false
    } else if (token === '}' || token === ']') {
      open.pop()
    } else if (colon !== undefined) {
      const key: string = JSON.parse(token.slice(0, -colon.length))
      const keys = open.at(-1)
      if (key === '__proto__' || keys?.has(key)) return false
      keys?.add(key)
    }
  }
  return true
}
