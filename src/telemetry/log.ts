import { destination, type Logger, pino } from 'pino'

export type { Logger }

/** One JSON object a line on standard error, at once: for a command. `openLog` is for what serves. */
export function createLog(level: string = 'info'): Logger {
  return pino(
    { level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime },
    destination({ dest: 2, sync: true }),
  )
}
