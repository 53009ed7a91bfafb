const DAY_MS = 86_400_000

/** How long something has lain idle, in whole days. @param milliseconds since its last use; below 0 where a clock was ahead. */
export function idleFor(milliseconds: number): string {
  const days = Math.floor(milliseconds / DAY_MS)
  if (days < 1) return 'less than a day'
  return days === 1 ? '1 day' : `${days} days`
}
