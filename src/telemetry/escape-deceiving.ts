/** What JSON leaves as it is, but a terminal obeys, nobody sees, or some reader takes for the end of a line. */
const DECEIVING = /[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu

/** A line of JSON that gives no orders to whoever reads it; to a program it means the same. */
export function escapeDeceiving(json: string): string {
  return json.replace(DECEIVING, escaped)
}

/** One that JSON writes as two, such as a tag, is escaped as two. */
function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
}
