import { type Logger, pino } from 'pino'
import type { Environment } from '../config/environment.ts'
import { accessLine, levelOf, REQUEST_ENDED, REQUEST_LASTS } from './access-line.ts'
import { escapeDeceiving } from './escape-deceiving.ts'
import { limitStrangers } from './limit-strangers.ts'
import { type LineWriter, openLineWriter } from './line-writer.ts'
import { LOG_LEVELS, type LogLevel, type LogSettings } from './log-settings.ts'
import { prettyLine } from './pretty-line.ts'
import type { RequestListener, RequestRecord } from './request-record.ts'
import { fileSink } from './sinks/file-sink.ts'
import type { Sink } from './sinks/sink.ts'
import { standardSink } from './sinks/standard-sink.ts'

/** What standard error leads to. */
export interface Terminal {
  isTerminal: boolean
  /** Whether it may be written to in colours. */
  colour: boolean
}

export interface OpenLog {
  /** For what the program itself has to say. What goes in holds no token, code, secret, password or cookie. */
  logger: Logger
  /** Writes a line for each request. */
  access: RequestListener
  /** From here on nothing below this level is written. */
  setLevel: (level: LogLevel) => void
  /** How many lines were lost, for they could not be written in time. */
  lost: () => number
  /** Opens the file anew, as after it was moved away; that is noticed without it too. */
  reopen: () => void
  /** @returns whether all lines could be written within so many milliseconds. */
  flush: (timeoutMs: number) => Promise<boolean>
  /** The same; nothing is written afterwards. */
  close: (timeoutMs: number) => Promise<boolean>
}

/** The log of what serves: nothing waits for it, and nothing ends because of it. */
export function openLog(
  settings: LogSettings,
  { now }: Pick<Environment, 'now'>,
  { terminal = standardError(), sink = sinkFor(settings) }: { terminal?: Terminal; sink?: Sink } = {},
): OpenLog {
  const { file } = settings
  let { level } = settings
  const toTerminal = terminal.isTerminal && file === undefined
  const isPretty = (settings.format ?? (toTerminal ? 'pretty' : 'json')) === 'pretty'
  const pretty = { colour: toTerminal && terminal.colour, withDay: !toTerminal }
  const shaped = isPretty ? (line: string) => `${prettyLine(line, pretty)}\n` : (line: string) => line
  const time = timeInWords(now)
  const about = (level: LogLevel, msg: string) => shaped(`${JSON.stringify({ time: time(), level, msg })}\n`)

  const writer = openLineWriter(sink, {
    sayLost: (count) => about('warn', `${inDigits(count)} lines of the log were lost here: it could not be written`),
    onFailure: (error) => {
      if (file !== undefined) complain(`${file} can't be written: ${error.message}`)
    },
  })
  let complaints: LineWriter | undefined
  /** Standard error gets nothing else where there is a file. */
  function complain(what: string): void {
    complaints ??= openLineWriter(standardSink('error'), { sayLost: () => '' })
    complaints.write(about('error', what))
  }
  const isTold = (one: LogLevel) => LOG_LEVELS.indexOf(one) >= LOG_LEVELS.indexOf(level)
  const strangers = limitStrangers({ now }, (count, kind) => {
    if (isTold('info'))
      writer.write(about('info', `${inDigits(count)} more requests that were ${kind} were not logged`))
  })
  const logger = pino(
    {
      level,
      base: undefined,
      timestamp: () => `,"time":"${time()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => writer.write(shaped(escapeDeceiving(line))) },
  )

  function writeAccess(record: RequestRecord, event: string): void {
    writer.write(shaped(accessLine(record, event, time())))
  }

  return {
    logger,
    access: {
      onLong(record) {
        if (isTold(levelOf(record)) && strangers.isLogged(record)) writeAccess(record, REQUEST_LASTS)
      },
      onEnd(record) {
        if (isTold(levelOf(record)) && strangers.isLogged(record)) writeAccess(record, REQUEST_ENDED)
      },
    },
    setLevel(next) {
      level = next
      logger.level = next
    },
    lost: writer.lost,
    reopen: writer.reopen,
    flush(timeoutMs) {
      strangers.settle()
      return writer.flush(timeoutMs)
    },
    async close(timeoutMs) {
      strangers.settle()
      const [done] = await Promise.all([writer.close(timeoutMs), complaints?.close(timeoutMs)])
      return done
    },
  }
}

function sinkFor({ file }: LogSettings): Sink {
  return file === undefined ? standardSink('error') : fileSink(file)
}

/** @see https://no-color.org */
function standardError(): Terminal {
  const isTerminal = process.stderr.isTTY === true
  return { isTerminal, colour: isTerminal && !process.env.NO_COLOR }
}

/** Many requests end in the same millisecond. */
function timeInWords(now: () => number): () => string {
  let known = Number.NaN
  let words = ''
  return () => {
    const at = now()
    if (at !== known) {
      known = at
      words = new Date(at).toISOString()
    }
    return words
  }
}

function inDigits(count: number): string {
  return count.toLocaleString('en')
}
