import test from 'ava'
import { accessLine, REQUEST_ENDED, REQUEST_LASTS } from '../../src/telemetry/access-line.ts'
import { prettyLine } from '../../src/telemetry/pretty-line.ts'
import type { RequestRecord } from '../../src/telemetry/request-record.ts'
import { refusedRecord, requestRecord } from './request-records.ts'

const TIME = '2026-07-28T12:00:00.000Z'
const HERE = new Date(TIME).toLocaleTimeString('sv-SE')
const PLAIN = { colour: false, withDay: false }

function words(record: RequestRecord, event = REQUEST_ENDED): string {
  const line = prettyLine(accessLine(record, event, TIME), PLAIN)
  return line.startsWith(`${HERE}  `) ? line.slice(HERE.length + 2) : line
}

test('each way in which a request ends has its words', (t) => {
  const socket = { upgraded: true, status: 101, bytesSent: 999, duration: 1000 }
  const cases: [RequestRecord, string][] = [
    [refusedRecord({ bytesSent: 0 }), '192.0.2.7 POST /api 401 in 12 ms, unauthorized: no access token'],
    [
      requestRecord({ ending: 'client left', status: undefined, bytesSent: 0, user: undefined, client: undefined }),
      '192.0.2.7 POST /api - client left, in 12 ms, music-assistant',
    ],
    [
      requestRecord({ ending: 'upstream broke off', duration: 119_999, bytesSent: 1_500_000 }),
      '192.0.2.7 POST /api 200 upstream broke off, in 120.0 s, 1.5 MB, ada by amazon-alexa, music-assistant',
    ],
    [
      requestRecord({ ...socket, ending: 'access ended', client: undefined }),
      '192.0.2.7 POST /api 101 WebSocket access ended, in 1.0 s, 999 B, ada, music-assistant',
    ],
    [
      requestRecord({ ...socket, ending: 'closed', user: undefined, duration: 120_000 }),
      '192.0.2.7 POST /api 101 WebSocket closed, in 2 min, 999 B, by amazon-alexa, music-assistant',
    ],
    [
      refusedRecord({
        method: '',
        path: '',
        bytesSent: 0,
        status: 400,
        refusal: { code: 'malformed_request', detail: '' },
      }),
      '192.0.2.7 - - 400 in 12 ms, malformed_request',
    ],
  ]
  for (const [record, expected] of cases) t.is(words(record), expected)
  const lasting = requestRecord({ ending: undefined, duration: undefined, bytesSent: 0, client: undefined })
  t.is(words(lasting, REQUEST_LASTS), '192.0.2.7 POST /api 200 goes on, ada, music-assistant')
})

test('behind a proxy it is the address of the client that is told', (t) => {
  t.true(words(requestRecord({ peer: '127.0.0.1', address: '203.0.113.9' })).startsWith('203.0.113.9 '))
})

test('a refusal is yellow, an answer green, a failure red', (t) => {
  const colour = (record: RequestRecord) => {
    const line = prettyLine(accessLine(record, REQUEST_ENDED, TIME), { colour: true, withDay: false })
    return /^\d+/.exec(line.split('\x1b[').at(3) ?? '')?.[0]
  }
  t.is(colour(requestRecord()), '32')
  t.is(colour(requestRecord({ status: 399 })), '32')
  t.is(colour(requestRecord({ status: 400 })), '33')
  t.is(colour(requestRecord({ status: undefined })), '33')
  t.is(colour(requestRecord({ status: 500 })), '31')
})

test('a line that is no JSON is told as it is, and no line gives orders to a terminal', (t) => {
  t.is(prettyLine('what somebody wrote\x1b[2J\n', PLAIN), 'what somebody wrote�[2J')
  for (const line of ['5', 'null', '[]', '"x"', '{']) t.is(prettyLine(line, PLAIN), line)
  t.is(
    words(requestRecord({ path: '/\x1b\n\u202e', client: undefined, upstream: undefined })),
    '192.0.2.7 POST /��� 200 in 12 ms, 3.5 kB, ada',
  )
  t.is(prettyLine('{"time":"x","level":"warn","msg":"a","err":{"b":1}}', PLAIN), 'x  warn: a  err={"b":1}')
})
