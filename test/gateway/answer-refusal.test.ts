import test from 'ava'
import { StorageError } from '../../src/files/storage-error.ts'
import { answerChallenge, answerRefusal } from '../../src/gateway/answer-refusal.ts'
import { ClientLeftError } from '../../src/http/client-left-error.ts'
import { GatewayError } from '../../src/http/gateway-error.ts'
import { TooBusyError } from '../../src/limits/too-busy-error.ts'
import { noteExchange } from '../support/exchange.ts'

const PERSON = { rawHeaders: ['Accept', 'text/html'] }

test('each error has its status and code, and its detail goes into the record alone', (t) => {
  for (const [error, status, code] of [
    [new GatewayError('not_found', 'hush'), 404, 'not_found'],
    [new StorageError('hush'), 503, 'store_unavailable'],
    [new TooBusyError('hush'), 503, 'too_busy'],
    [new Error('hush'), 500, 'internal_error'],
    ['hush', 500, 'internal_error'],
  ] as const) {
    for (const asked of [{}, PERSON]) {
      const { exchange, told, record } = noteExchange(asked)
      answerRefusal(exchange, error)
      t.is(told.status, status)
      t.notRegex(told.body, /hush/)
      t.is(told.body.startsWith('{') ? JSON.parse(told.body).error : 'page', asked === PERSON ? 'page' : code)
      t.deepEqual([record.refusal?.code, record.ending], [code, 'refused'])
      t.regex(record.refusal?.detail ?? '', /hush/)
    }
  }
})

test('where the next request would begin is not certain after some, and these end the connection', (t) => {
  for (const [code, closes] of [
    ['ambiguous_request', true],
    ['upgrade_not_allowed', true],
    ['request_timeout', true],
    ['body_too_large', true],
    ['unsupported_body', false],
    ['not_found', false],
    ['bad_gateway', false],
  ] as const) {
    const { exchange, told } = noteExchange()
    answerRefusal(exchange, new GatewayError(code))
    t.is(told.closesConnection, closes, code)
  }
})

test('half an answer is cut off, and nothing is added to it', (t) => {
  const { exchange, told, record } = noteExchange()
  exchange.answer.begin(200, [])
  answerRefusal(exchange, new Error('too late'))
  t.deepEqual([told.status, told.body, told.cut], [200, '', true])
  t.is(record.refusal?.code, 'internal_error')
})

test('a client that left is told nothing, and was not refused', (t) => {
  const { exchange, told, record } = noteExchange({ gone: true })
  answerRefusal(exchange, new ClientLeftError())
  t.deepEqual([told.status, record.refusal, record.ending], [undefined, undefined, 'client left'])
})

test('what was noted first about a refusal stands', (t) => {
  const { exchange, record } = noteExchange({ gone: true })
  record.refusal = { code: 'malformed_request', detail: 'first' }
  answerRefusal(exchange, new GatewayError('bad_gateway', 'as a consequence'))
  t.is(record.refusal.detail, 'first')
})

test('a challenge names the credentials that are missing', (t) => {
  const { exchange, told, record } = noteExchange()
  const challenge = { kind: 'challenge', status: 401, code: 'unauthorized', sentence: 'Send one.' } as const
  answerChallenge(exchange, { ...challenge, authenticate: 'Bearer realm="x"' })
  t.is(told.status, 401)
  t.is(told.rawHeaders[told.rawHeaders.indexOf('WWW-Authenticate') + 1], 'Bearer realm="x"')
  t.deepEqual(record.refusal, { code: 'unauthorized', detail: 'Send one.' })
})
