/** What JSON leaves as it is, but a terminal obeys or some reader takes for the end of a line. */
const DECEIVING = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g

/** A line of JSON that gives no orders to whoever reads it; to a program it means the same. */
export function escapeDeceiving(json: string): string {
  return json.replace(DECEIVING, escaped)
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
