import test from 'ava'
import { accessLine, levelOf, REQUEST_ENDED, REQUEST_LASTS } from '../../src/telemetry/access-line.ts'
import type { RequestRecord } from '../../src/telemetry/request-record.ts'
import { refusedRecord, requestRecord } from './request-records.ts'

const TIME = '2026-07-28T12:00:00.000Z'
const line = (record: RequestRecord) => accessLine(record, REQUEST_ENDED, TIME)
const parsed = (record: RequestRecord) => JSON.parse(line(record))
/** As long as a token. */
const SECRET = `${'aB3_'.repeat(10)}xyz`

test('a line has all that is known of a request, and what the gateway knows stands before what the client wrote', (t) => {
  t.is(
    line(requestRecord()),
    '{"time":"2026-07-28T12:00:00.000Z","level":"info","event":"request ended","ended":"answered","status":200,' +
      '"remote":"192.0.2.7","id":"r1","listener":"https","bytes_received":12,"bytes_sent":3456,"duration_ms":12.346,' +
      '"first_byte_ms":4.568,"route":"/api","upstream":"music-assistant","upstream_status":200,"user":"ada",' +
      '"client":"amazon-alexa","grant":"u.1","tls":"TLSv1.3","protocol":"HTTP/1.1","method":"POST","path":"/api",' +
      '"host":"dev.example:443","sni":"dev.example","user_agent":"curl/8.0"}\n',
  )
})

test('a refusal has its code and its detail, and the believed address where it is not that of the socket', (t) => {
  const record = refusedRecord({ peer: '127.0.0.1', address: '203.0.113.9' })
  t.true(
    line(record).startsWith(
      `{"time":"${TIME}","level":"info","event":"request ended","ended":"refused","status":401,"code":"unauthorized",` +
        '"remote":"127.0.0.1","address":"203.0.113.9","id":"r1",',
    ),
  )
  t.is(parsed(record).detail, 'no access token')
  t.false('address' in parsed(refusedRecord({ address: undefined })))
})

test('what is not known is not there', (t) => {
  const record = refusedRecord({
    peer: '',
    address: undefined,
    tlsVersion: undefined,
    serverName: undefined,
    method: '',
    host: undefined,
    path: '',
    userAgent: undefined,
    protocol: '',
    status: undefined,
    firstByteAfter: undefined,
    listener: 'http',
    refusal: undefined,
    ending: 'client left',
  })
  const names = ['time', 'level', 'event', 'ended', 'remote', 'id', 'listener', 'bytes_received', 'bytes_sent']
  t.deepEqual(Object.keys(parsed(record)), [...names, 'duration_ms'])
})

test('one that lasts says so, and has no end', (t) => {
  const record = requestRecord({ ending: undefined, duration: undefined, upgraded: true, status: 101 })
  const fields = JSON.parse(accessLine(record, REQUEST_LASTS, TIME))
  t.like(fields, { event: 'request lasts', status: 101, upgraded: true })
  t.false('ended' in fields)
  t.false('duration_ms' in fields)
})

test('nothing that a client writes ends a line, pretends to be a field, or gives orders to a terminal', (t) => {
  const hostile = ['a\nb', '"},{"x":"', '\x1b[2J\x9b', '\u2028\u202e', '\\', '\ud800', 'é\x7f', '\0']
  for (const text of hostile) {
    const record = refusedRecord({
      method: text,
      path: text,
      host: text,
      serverName: text,
      userAgent: text,
      protocol: text,
      refusal: { code: 'malformed_request', detail: text },
    })
    t.regex(line(record), /^[\x20-\x7eé]+\n$/)
    for (const name of ['method', 'path', 'host', 'sni', 'user_agent', 'protocol', 'detail']) {
      t.is(parsed(record)[name], text, name)
    }
  }
})

test('what may be a secret is hidden wherever a client can put one, before anything is cut', (t) => {
  const record = refusedRecord({
    method: SECRET,
    path: `${'/a'.repeat(80)}/${SECRET}`,
    host: SECRET,
    serverName: SECRET,
    userAgent: `curl ${SECRET}`,
    protocol: SECRET,
    refusal: { code: 'unauthorized', detail: `${'a '.repeat(490)}${SECRET}` },
  })
  t.is(SECRET.length, 43)
  t.false(line(record).includes(SECRET.slice(0, 5)))
  t.is(parsed(record).user_agent, 'curl [hidden]')
  t.is(parsed(record).path, `${'/a'.repeat(80)}/[hidden]`)
  t.is(parsed(refusedRecord({ path: SECRET.slice(1) })).path, SECRET.slice(1))
})

test('49. no part of a secret is left where a cut goes through it', (t) => {
  for (let at = 150; at <= 200; at++) {
    const { path } = parsed(refusedRecord({ path: `/${'a/'.repeat(100).slice(0, at - 1)}${SECRET}` }))
    t.false(path.includes(SECRET.slice(0, 6)), `${at}`)
    t.true(path.length <= 200)
  }
  for (let at = 950; at <= 1000; at++) {
    const refusal = { code: 'ambiguous_request', detail: `${'a '.repeat(500).slice(0, at)}${SECRET}` }
    const { detail } = parsed(refusedRecord({ refusal }))
    // It may run on from a letter before it, and is hidden with that.
    t.false(detail.includes(SECRET.slice(0, 6)), `${at}`)
    t.true(detail.length <= 1000)
  }
})

test('what is longer than anything real is cut, and what is as long is not', (t) => {
  const longest = { path: 200, userAgent: 200, method: 32, host: 255, serverName: 255 }
  const names: Record<string, string> = { userAgent: 'user_agent', serverName: 'sni' }
  for (const [field, length] of Object.entries(longest)) {
    const value = (more: number) => parsed(requestRecord({ [field]: '.'.repeat(length + more) }))[names[field] ?? field]
    t.is(value(0), '.'.repeat(length), field)
    t.is(value(1), `${'.'.repeat(length - 1)}…`, field)
  }
  const detail = (length: number) =>
    parsed(refusedRecord({ refusal: { code: 'bad_gateway', detail: '.'.repeat(length) } })).detail
  t.is(detail(1000), '.'.repeat(1000))
  t.is(detail(1001), `${'.'.repeat(999)}…`)
})

test('an answer of 500 and more is an error, an upstream that broke off a warning, all else information', (t) => {
  t.is(levelOf(requestRecord()), 'info')
  t.is(levelOf(requestRecord({ status: 499 })), 'info')
  t.is(levelOf(requestRecord({ status: 500 })), 'error')
  t.is(levelOf(requestRecord({ status: undefined, ending: 'client left' })), 'info')
  t.is(levelOf(requestRecord({ ending: 'upstream broke off' })), 'warn')
})
