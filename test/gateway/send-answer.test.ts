import test from 'ava'
import { sendAnswer } from '../../src/gateway/send-answer.ts'
import { noteExchange } from '../support/exchange.ts'

test('an answer goes out with its length in bytes, a list of values as several headers', (t) => {
  const { exchange, told, record } = noteExchange()
  sendAnswer(exchange, { status: 200, headers: { 'Set-Cookie': ['a', 'b'] }, body: 'ä' })
  t.deepEqual([told.status, told.body], [200, 'ä'])
  t.deepEqual(told.rawHeaders, ['Set-Cookie', 'a', 'Set-Cookie', 'b', 'Content-Length', '2'])
  t.deepEqual([record.ending, record.refusal], ['answered', undefined])
})

test('what an endpoint refused is noted by its code and detail', (t) => {
  for (const [detail, code, rest] of [
    ['invalid_grant: used: twice', 'invalid_grant', 'used: twice'],
    ['Something else', 'refused', 'Something else'],
  ] as const) {
    const { exchange, record } = noteExchange()
    sendAnswer(exchange, { status: 400, headers: {}, body: '', detail })
    t.deepEqual(record.refusal, { code, detail: rest })
    t.is(record.ending, 'refused')
  }
})

test('whoever has left is sent nothing, and what was refused is noted all the same', (t) => {
  const { exchange, told, record } = noteExchange({ gone: true })
  sendAnswer(exchange, { status: 400, headers: {}, body: '', detail: 'invalid_grant: x' })
  t.is(told.status, undefined)
  t.deepEqual([record.ending, record.refusal?.code], [undefined, 'invalid_grant'])
})

test('an answer that can have no body has no length', (t) => {
  const { exchange, told } = noteExchange()
  sendAnswer(exchange, { status: 204, headers: {}, body: '' })
  t.deepEqual([told.status, told.rawHeaders], [204, []])
})
