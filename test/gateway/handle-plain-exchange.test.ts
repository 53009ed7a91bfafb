import test from 'ava'
import { plainExchangeHandler } from '../../src/gateway/handle-plain-exchange.ts'
import { noteExchange } from '../support/exchange.ts'

const handle = plainExchangeHandler({
  publicUrl: () => 'https://home.example',
  challengeAnswer: (path) => (path === '/.well-known/acme-challenge/a' ? 'proof' : undefined),
})

test('everybody is sent to the same place at the public URL, and off this connection', async (t) => {
  for (const [method, target, location] of [
    ['GET', '/a?b=c', '/a?b=c'],
    ['HEAD', '/', '/'],
    ['OPTIONS', '*', '/'],
    ['GET', '//evil.example', '/'],
    ['GET', '/.well-known/acme-challenge/b', '/.well-known/acme-challenge/b'],
  ] as const) {
    const { exchange, told, record } = noteExchange({ method, target })
    await handle(exchange)
    t.deepEqual([told.status, told.closesConnection, record.ending], [308, true, 'answered'])
    t.deepEqual(told.rawHeaders.slice(0, 2), ['Location', `https://home.example${location}`])
  }
})

test('whoever sends credentials or a body is refused', async (t) => {
  for (const asked of [{ method: 'POST' }, { rawHeaders: ['authorization', 'Basic x'] }]) {
    const { exchange, told, record } = noteExchange(asked)
    await handle(exchange)
    t.deepEqual([told.status, record.refusal?.code, record.ending], [403, 'https_required', 'refused'])
  }
})

test('a CA that asks for its challenge gets it, and nobody who does anything else there', async (t) => {
  const target = '/.well-known/acme-challenge/a'
  const asked = noteExchange({ target })
  await handle(asked.exchange)
  t.deepEqual([asked.told.status, asked.told.body], [200, 'proof'])
  const posted = noteExchange({ method: 'POST', target })
  await handle(posted.exchange)
  t.is(posted.told.status, 403)
})
