/** As 2026-07-28 14:03, in the time zone of whoever reads it. @param time milliseconds since 1970. */
export function localTime(time: number): string {
  // Swedish writes dates like this.
  return new Date(time).toLocaleString('sv-SE', { dateStyle: 'short', timeStyle: 'short' })
}

/** As 2026-07-28 14:03:05. @param time as ISO 8601; anything else stays as it is. */
export function localSecond(time: string): string {
  const date = new Date(time)
  return Number.isNaN(date.getTime()) ? time : date.toLocaleString('sv-SE')
}
