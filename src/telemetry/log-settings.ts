/** From the one that tells most to the one that tells least. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const

export type LogLevel = (typeof LOG_LEVELS)[number]
export type LogFormat = 'json' | 'pretty'

/** The section `log` of the configuration. */
export interface LogSettings {
  /** Nothing below it is written. */
  level: LogLevel
  /** `pretty` on a terminal and `json` elsewhere, if absent. */
  format?: LogFormat
  /** The absolute path of the file that is added to, instead of standard error. */
  file?: string
}
