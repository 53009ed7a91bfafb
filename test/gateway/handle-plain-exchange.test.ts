import test from 'ava'
import { plainExchangeHandler } from '../../src/gateway/handle-plain-exchange.ts'
import { noteExchange } from '../support/exchange.ts'

const tools = {
  publicUrl: () => 'https://home.example',
  challengeAnswer: (path: string) => (path === '/.well-known/acme-challenge/a' ? 'proof' : undefined),
  onProxy: () => {},
}
const handle = plainExchangeHandler(tools)

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

test('a proxy that has ended TLS is told where to go instead, whatever it says that by', async (t) => {
  for (const [name, value] of [
    ['X-Forwarded-Proto', 'https'],
    ['x-forwarded-proto', 'https,http'],
    ['X-Forwarded-Scheme', 'https'],
    ['X-Forwarded-Ssl', 'on'],
    ['Front-End-Https', 'On'],
    ['Forwarded', 'for=192.0.2.1;proto="https";by=10.0.0.1'],
    ['CF-Visitor', '{"scheme":"https"}'],
  ] as const) {
    const proxies: string[] = []
    const handle = plainExchangeHandler({ ...tools, onProxy: (...of) => proxies.push(of.join(' ')) })
    for (const method of ['GET', 'POST']) {
      const { exchange, told, record } = noteExchange({ method, rawHeaders: ['Host', 'home.example', name, value] })
      await handle(exchange)
      t.deepEqual([told.status, record.refusal?.code, told.closesConnection], [421, 'proxy_in_front', true], name)
      t.regex(told.body, /listen\.plain.*listen\.trusted_proxies/)
    }
    t.deepEqual(proxies, Array(2).fill(`${noteExchange().record.peer} ${name}`))
  }
})

test('a proxy whose client came without TLS has it sent to the public URL', async (t) => {
  for (const [name, value] of [
    ['X-Forwarded-Proto', 'http'],
    ['X-Forwarded-Ssl', 'off'],
    ['Forwarded', 'for=192.0.2.1;proto=http'],
    ['CF-Visitor', '{"scheme":"http"}'],
    ['X-Forwarded-For', 'https'],
  ] as const) {
    const { exchange, told } = noteExchange({ rawHeaders: [name, value] })
    await handle(exchange)
    t.is(told.status, 308, name)
  }
})

test('a browser that a proxy brought gets a page that says which keys to set', async (t) => {
  const rawHeaders = ['accept', 'text/html', 'accept-language', 'de', 'X-Forwarded-Proto', 'https']
  const { exchange, told } = noteExchange({ rawHeaders })
  await handle(exchange)
  t.regex(told.body, /<html lang="de".*Port von listen\.plain.*listen\.trusted_proxies/s)
})
