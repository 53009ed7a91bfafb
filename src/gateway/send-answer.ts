import type { Answer } from '../http/answer.ts'
import { toRawHeaders } from '../http/raw-headers.ts'
import type { RefusalNote } from '../telemetry/request-record.ts'
import type { Exchange } from './exchange.ts'

/** Sends an answer of the gateway's own, if somebody is left to get it, and notes in the record what it refused. */
export function sendAnswer(exchange: Exchange, { status, headers, body, detail }: Answer): void {
  const { answer, record, corsHeaders = [] } = exchange
  if (detail !== undefined) record.refusal ??= noteOf(detail)
  if (answer.closed) return
  record.ending = record.refusal ? 'refused' : 'answered'
  const bytes = Buffer.from(body)
  // @see RFC 9110 section 8.6
  const length = status === 204 ? [] : ['Content-Length', String(bytes.length)]
  answer.begin(status, [...toRawHeaders(headers), ...corsHeaders, ...length])
  answer.end(bytes)
  exchange.dropBody()
}

/** An endpoint's own refusals begin with their code. */
function noteOf(note: string): RefusalNote {
  const [, code = 'refused', detail = note] = /^([a-z_]+): (.*)$/s.exec(note) ?? []
  return { code, detail }
}
