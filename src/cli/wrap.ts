/** Of a terminal, in characters. */
export const COLUMNS = 80

/** What stands in braces is to be typed as it is. */
const WORD = /\{[^{}]{1,60}\}\S*|\S+/g

/**
 * Lines no wider than a terminal; what has no spaces stays whole. A command, which two spaces stand before, begins a
 * line, so that it can be copied.
 * @param first what stands before the text. @param indent before each further line.
 */
export function wrap(first: string, text: string, indent: string): string[] {
  const lines: string[] = []
  let line = first
  let isEmpty = true
  for (const [i, part] of text.split(/(?<=[:?]) {2}/).entries()) {
    if (i > 0) {
      lines.push(line.trimEnd())
      line = indent
      isEmpty = true
    }
    for (const word of part.match(WORD) ?? []) {
      if (!isEmpty && line.length + 1 + word.length > COLUMNS) {
        lines.push(line.trimEnd())
        line = indent
        isEmpty = true
      }
      line += isEmpty ? word : ` ${word}`
      isEmpty = false
    }
  }
  return [...lines, line.trimEnd()]
}
