import { cut } from './cut.ts'
import { escapeDeceiving } from './escape-deceiving.ts'
import { hideSecrets } from './hide-secrets.ts'
import type { LogLevel } from './log-settings.ts'
import type { RequestRecord } from './request-record.ts'

/** How a line says what it is about. */
export const REQUEST_ENDED = 'request ended'
export const REQUEST_LASTS = 'request lasts'

/** In characters. */
const LENGTH_LIMITS = {
  word: 32,
  address: 64,
  name: 100,
  client: 1000,
  host: 255,
  path: 200,
  userAgent: 200,
  detail: 1000,
}

/** What needs no escaping in JSON. */
const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/
/** In characters: nothing shorter is taken for a secret. */
const SECRET_LENGTH = 43

/**
 * The line of the log about a request, in JSON. All that the gateway itself knows stands before anything that a client
 * wrote, so that fail2ban can't be told another address or outcome. Built by hand: it is written for each request.
 * @param time as ISO 8601.
 */
export function accessLine(record: RequestRecord, event: string, time: string): string {
  const { refusal } = record
  let line = `{"time":"${time}","level":"${levelOf(record)}","event":"${event}"`
  if (record.ending !== undefined) line += `,"ended":"${record.ending}"`
  if (record.status !== undefined) line += `,"status":${record.status}`
  if (refusal !== undefined) line += text('code', refusal.code, LENGTH_LIMITS.name)
  line += text('remote', record.peer, LENGTH_LIMITS.address)
  if (record.address !== undefined && record.address !== record.peer)
    line += text('address', record.address, LENGTH_LIMITS.address)
  line += text('id', record.id, LENGTH_LIMITS.name)
  line += `,"listener":"${record.listener}","bytes_received":${record.bytesReceived},"bytes_sent":${record.bytesSent}`
  if (record.duration !== undefined) line += `,"duration_ms":${rounded(record.duration)}`
  if (record.firstByteAfter !== undefined) line += `,"first_byte_ms":${rounded(record.firstByteAfter)}`
  if (record.upgraded) line += ',"upgraded":true'
  line += optional('route', record.route, LENGTH_LIMITS.path)
  line += optional('upstream', record.upstream, LENGTH_LIMITS.name)
  line += optional('command', record.command, LENGTH_LIMITS.name)
  if (record.upstreamStatus !== undefined) line += `,"upstream_status":${record.upstreamStatus}`
  line += optional('user', record.user, LENGTH_LIMITS.name)
  line += optional('client', record.client, LENGTH_LIMITS.client)
  line += optional('grant', record.grant, LENGTH_LIMITS.name)
  line += optional('tls', record.tlsVersion, LENGTH_LIMITS.word)
  // From here on it's what the client wrote.
  line += sent('protocol', record.protocol, LENGTH_LIMITS.word)
  line += sent('method', record.method, LENGTH_LIMITS.word)
  line += sent('path', record.path, LENGTH_LIMITS.path)
  line += sent('host', record.host, LENGTH_LIMITS.host)
  line += sent('sni', record.serverName, LENGTH_LIMITS.host)
  line += sent('user_agent', record.userAgent, LENGTH_LIMITS.userAgent)
  if (refusal !== undefined) line += sent('detail', refusal.detail, LENGTH_LIMITS.detail)
  return `${line}}\n`
}

/** An answer of 500 and more is an error, whoever gave it. */
export function levelOf({ status = 0, ending }: RequestRecord): LogLevel {
  if (status >= 500) return 'error'
  return ending === 'upstream broke off' ? 'warn' : 'info'
}

/** Hidden before it's cut: what is left of a secret would be too short to be taken for one. */
function sent(name: string, value: string | undefined, longest: number): string {
  if (value === undefined || value === '') return ''
  return text(name, value.length < SECRET_LENGTH ? value : hideSecrets(value), longest)
}

function optional(name: string, value: string | undefined, longest: number): string {
  return value === undefined ? '' : text(name, value, longest)
}

function text(name: string, value: string, longest: number): string {
  const short = cut(value, longest)
  return PLAIN.test(short) ? `,"${name}":"${short}"` : `,"${name}":${escapeDeceiving(JSON.stringify(short))}`
}

/** Microseconds are enough. */
function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000
}
