export type Method = 'GET' | 'HEAD' | 'POST'

/** What the upstream does besides sending bytes. */
export type Action =
  /** Ends its side in order. */
  | { action: 'fin' }
  /** Breaks off. */
  | { action: 'reset' }
  /** Sends this again and again, for as long as somebody is there. */
  | { action: 'drip'; text: string }

/** What the client may see, and nothing else. */
export type View =
  /** Status and body of an answer of the upstream's, whole and byte for byte. */
  | { whole: number; body?: string }
  /** Its connection ends before the answer does. */
  | 'cut'
  /** The gateway's own. */
  | 502
  | 504

/** An answer that no honest server gives, as data. Each byte is a character. */
export interface HostileAnswer {
  /** Completes: "an upstream that answers with ...". */
  id: string
  /** Each text in a packet of its own, where the way allows. */
  script: (string | Action)[]
  expect: View
  /** Where it differs: an answer to HEAD has no body that could be broken. */
  head?: View
  /** Of those that nothing came of, a GET and a HEAD are sent once more. */
  tries?: 1 | 2
}

export const FIN: Action = { action: 'fin' }
export const RESET: Action = { action: 'reset' }

/** @returns the head of an answer with these lines. */
export function head(line: string, ...lines: string[]): string {
  return `${[line, ...lines].join('\r\n')}\r\n\r\n`
}

/** A good answer with what is odd about it among its lines. */
export function ok(lines: string[], body = ''): string {
  return head('HTTP/1.1 200 OK', ...lines) + body
}

/** An answer that must never be anybody's. */
export const SMUGGLED = ok(['Content-Length: 8'], 'SMUGGLED')
