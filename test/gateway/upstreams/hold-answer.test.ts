import test from 'ava'
import { type HoldOptions, holdAnswer } from '../../../src/gateway/upstreams/hold-answer.ts'
import { noteExchange } from '../../support/exchange.ts'

function hold(options: Partial<HoldOptions> = {}) {
  const { exchange, told } = noteExchange()
  const held = holdAnswer(exchange.answer, { limit: 10, holds: () => true, ...options })
  return { held, told }
}

test('a held answer reaches the client when it is whole', (t) => {
  const { held, told } = hold()
  held.begin(200, ['A', 'b'])
  t.true(held.begun)
  t.true(held.write(Buffer.from('12345')))
  t.is(told.status, undefined)
  held.end(Buffer.from('67890'))
  t.like(told, { status: 200, rawHeaders: ['A', 'b'], body: '1234567890' })
})

test('what is held can be changed', (t) => {
  const { held, told } = hold({
    change: ({ status }, body) => ({ status: status + 1, rawHeaders: [], body: Buffer.from(`${body}!`) }),
  })
  held.begin(200, ['A', 'b'])
  held.write(Buffer.from('ab'))
  held.end()
  t.like(told, { status: 201, rawHeaders: [], body: 'ab!' })
})

test('what is longer than the limit goes on as it comes, and unchanged', (t) => {
  const { held, told } = hold({ change: () => t.fail() as never })
  held.begin(200, ['A', 'b'])
  held.write(Buffer.from('1234567890'))
  t.is(told.status, undefined)
  held.write(Buffer.from('1'))
  t.like(told, { status: 200, body: '12345678901' })
  held.write(Buffer.from('2'))
  held.end(Buffer.from('3'))
  t.is(told.body, '1234567890123')
})

test('what is not held goes straight on', (t) => {
  const { held, told } = hold({ holds: ({ status }) => status === 200 })
  held.begin(404, [])
  t.is(told.status, 404)
  held.write(Buffer.from('a'))
  t.is(told.body, 'a')
  held.cut()
  t.true(told.cut)
})

test('one that breaks off while it is held can be answered otherwise; one that has begun to go on is cut', (t) => {
  const refused: string[] = []
  const refuse = (problem: string) => {
    refused.push(problem)
  }
  const early = hold({ refuse })
  early.held.begin(200, [])
  early.held.write(Buffer.from('a'))
  early.held.cut()
  t.deepEqual([refused, early.told.status, early.told.cut], [['broke off its answer'], undefined, false])
  const late = hold({ refuse })
  late.held.begin(200, [])
  late.held.write(Buffer.from('12345678901'))
  late.held.cut()
  t.deepEqual([refused.length, late.told.cut], [1, true])
  const silent = hold()
  silent.held.begin(200, [])
  silent.held.cut()
  t.true(silent.told.cut)
})

test('one that has come whole can be refused, and nothing of it goes on', (t) => {
  const refused: string[] = []
  const problemOf = (body: Buffer) => (body.toString() === 'bad' ? 'what is bad' : undefined)
  const bad = hold({ problemOf, refuse: (problem) => refused.push(problem) })
  bad.held.begin(200, [])
  bad.held.write(Buffer.from('ba'))
  bad.held.end(Buffer.from('d'))
  t.deepEqual([refused, bad.told.status, bad.told.cut], [['answered what is bad'], undefined, false])
  const good = hold({ problemOf, refuse: (problem) => refused.push(problem) })
  good.held.begin(200, [])
  good.held.end(Buffer.from('good'))
  t.deepEqual([refused.length, good.told.body], [1, 'good'])
})
