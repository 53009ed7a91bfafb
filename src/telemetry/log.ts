import { destination, type Logger, pino } from 'pino'

export type { Logger }

/** One JSON object a line on standard error. What goes in holds no token, code, secret, password or cookie. */
export function createLog(level: string = 'info'): Logger {
  return pino(
    { level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime },
    destination({ dest: 2, sync: true }),
  )
}
