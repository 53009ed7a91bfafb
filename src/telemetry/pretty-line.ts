import { REQUEST_ENDED, REQUEST_LASTS } from './access-line.ts'

export interface PrettyOptions {
  colour: boolean
  /** Whether the day stands before the time. */
  withDay: boolean
}

type Fields = Record<string, unknown>

const RED = 31
const GREEN = 32
const YELLOW = 33
const DIM = 2
const COLOUR_OF_LEVEL: Record<string, number> = { debug: DIM, warn: YELLOW, error: RED, fatal: RED }

/** A line of the log for people: one that isn't JSON is told as it is. Nothing in it gives orders to a terminal. */
export function prettyLine(line: string, options: PrettyOptions): string {
  const fields = fieldsOf(line)
  if (fields === undefined) return harmless(line.trimEnd())
  const { colour } = options
  const level = textOf(fields.level)
  const paint = (code: number | undefined, text: string) => (colour && code ? `\x1b[${code}m${text}\x1b[0m` : text)
  const isRequest = fields.event === REQUEST_ENDED || fields.event === REQUEST_LASTS
  const words = harmless(isRequest ? requestInWords(fields) : messageInWords(fields))
  const code = isRequest && level === 'info' ? colourOfStatus(fields.status) : COLOUR_OF_LEVEL[level]
  const mark = isRequest ? '' : `${level}: `
  return `${paint(DIM, localTime(textOf(fields.time), options.withDay))}  ${paint(code, mark + words)}`
}

function fieldsOf(line: string): Fields | undefined {
  try {
    const value = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** `192.0.2.7 POST /api 200 in 12 ms, 1.2 kB, ada by amazon-alexa, music-assistant`, and how it ended otherwise. */
function requestInWords(fields: Fields): string {
  const { address, remote, method, path, status, event, duration_ms, bytes_sent, user, client, upstream } = fields
  const head = [address ?? remote, method ?? '-', path ?? '-'].map(textOf).join(' ')
  const who = [user, client && `by ${textOf(client)}`].filter(Boolean).map(textOf).join(' ')
  const rest = [
    event === REQUEST_LASTS ? 'goes on' : endingInWords(fields),
    typeof duration_ms === 'number' && `in ${duration(duration_ms)}`,
    typeof bytes_sent === 'number' && bytes_sent > 0 && size(bytes_sent),
    who,
    upstream,
    fields.code && reasonInWords(fields),
  ]
  return `${head} ${textOf(status ?? '-')} ${rest.filter(Boolean).map(textOf).join(', ')}`.trimEnd()
}

function endingInWords({ ended, upgraded }: Fields): unknown {
  if (ended === 'answered' || ended === 'refused') return undefined
  return upgraded ? `WebSocket ${textOf(ended)}` : ended
}

function reasonInWords({ code, detail }: Fields): string {
  return detail === undefined ? textOf(code) : `${textOf(code)}: ${textOf(detail)}`
}

/** The message, and then everything else that is known. */
function messageInWords({ time: _time, level: _level, msg, event, ...more }: Fields): string {
  const rest = Object.entries(more).map(([name, value]) => `${name}=${textOf(value)}`)
  return [msg ?? event, ...rest]
    .filter((part) => part !== undefined)
    .map(textOf)
    .join('  ')
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

function colourOfStatus(status: unknown): number | undefined {
  if (typeof status !== 'number') return YELLOW
  return status >= 400 ? YELLOW : GREEN
}

function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`
  return milliseconds < 120_000 ? `${(milliseconds / 1000).toFixed(1)} s` : `${Math.round(milliseconds / 60_000)} min`
}

function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** In the time zone of whoever reads it. */
function localTime(time: string, withDay: boolean): string {
  const date = new Date(time)
  if (Number.isNaN(date.getTime())) return time
  // Swedish writes 2026-07-28 14:03:05.
  return withDay ? date.toLocaleString('sv-SE') : date.toLocaleTimeString('sv-SE')
}

function harmless(text: string): string {
  return text.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd')
}
