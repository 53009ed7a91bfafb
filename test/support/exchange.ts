import { EventEmitter } from 'node:events'
import type { Exchange } from '../../src/gateway/exchange.ts'
import type { RequestRecord } from '../../src/telemetry/request-record.ts'
import { requestRecord } from './request-record.ts'

/** What an exchange that nobody has sent was answered. */
export interface NotedAnswer {
  status?: number
  rawHeaders: string[]
  body: string
  /** Whether no other request may follow. */
  closesConnection: boolean
  cut: boolean
}

/** An exchange that came over no connection, for the tests of single steps. */
export function noteExchange(
  change: Partial<Pick<Exchange, 'method' | 'target' | 'rawHeaders'>> & { gone?: boolean } = {},
): { exchange: Exchange; told: NotedAnswer; record: RequestRecord } {
  const { method = 'GET', target = '/', rawHeaders = [], gone = false } = change
  const told: NotedAnswer = { rawHeaders: [], body: '', closesConnection: false, cut: false }
  const events = new EventEmitter()
  const headers = Object.fromEntries(
    rawHeaders.flatMap((name, i) => (i % 2 === 0 ? [[name.toLowerCase(), rawHeaders[i + 1]]] : [])),
  )
  const path = target.split('?', 1)[0] as string
  const record = requestRecord({ method, path, status: undefined, ending: undefined, duration: undefined })
  const exchange: Exchange = {
    ...{
      record,
      method,
      target,
      host: 'home.example',
      misdirected: false,
      rawHeaders,
      headers,
      body: null,
      upgrade: undefined,
    },
    readBody: async () => Buffer.alloc(0),
    dropBody() {},
    answer: {
      get begun() {
        return told.status !== undefined
      },
      closed: gone,
      begin: (status, raw) => Object.assign(told, { status, rawHeaders: raw }),
      write(chunk) {
        told.body += Buffer.from(chunk)
        return true
      },
      end(chunk) {
        told.body += Buffer.from(chunk ?? [])
        events.emit('close', true)
      },
      cut() {
        told.cut = true
        events.emit('close', false)
      },
      closeConnection() {
        told.closesConnection = true
      },
      onDrain() {},
      onClose: (closed) => events.once('close', closed),
    },
  }
  return { exchange, told, record }
}
