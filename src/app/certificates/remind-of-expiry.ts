import type { ExpiryConcern } from '../../certificates/expiry-concern.ts'
import { DAY } from '../../certificates/server-certificate.ts'
import type { Logger } from '../../telemetry/log.ts'

/**
 * Says each concern in the log once a day, as an error where it is urgent.
 * @returns call it with all that there are, as often as you like. @param now milliseconds since 1970
 */
export function expiryReminder(log: Pick<Logger, 'warn' | 'error'>, now: () => number) {
  let said = new Map<string, number>()
  return function remind(concerns: [source: string, concern: ExpiryConcern][]): void {
    const next = new Map<string, number>()
    const time = now()
    for (const [source, { isUrgent, words, remedy }] of concerns) {
      const key = `${source} ${isUrgent}`
      const before = said.get(key)
      const isDue = before === undefined || Math.abs(time - before) >= DAY
      next.set(key, isDue ? time : before)
      if (!isDue) continue
      const line = { detail: `${words}. ${remedy}` }
      if (isUrgent) log.error(line, 'certificate is about to expire')
      else log.warn(line, 'certificate is not renewed')
    }
    said = next
  }
}
