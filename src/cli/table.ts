/** In characters: one long name doesn't push everything out of sight. */
const WIDTH_LIMIT = 60

/** Lines in columns that stand one below the other. */
export function table(headings: string[], rows: string[][]): string[] {
  const all = [headings, ...rows.map((cells) => cells.map(harmless))]
  const widths = headings.map((_, i) =>
    all.reduce((widest, cells) => Math.max(widest, Math.min(WIDTH_LIMIT, cells[i]?.length ?? 0)), 0),
  )
  return all.map((cells) => {
    const padded = cells.map((cell, i) => cell.padEnd(widths[i] ?? 0))
    return padded.join('  ').trimEnd()
  })
}

/** Names come from anybody: none of them may move the cursor, colour the screen or turn the line around. */
export function harmless(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd')
}
