import test from 'ava'
import { proxiedExchangeHandler } from '../../src/gateway/handle-proxied-exchange.ts'
import { noteExchange } from '../support/exchange.ts'

/** Of a request that a proxy brought, or somebody else. @returns whether it got any further, and what it was answered. */
async function bring(rawHeaders: string[], isProxy = true) {
  let passed = false
  const handle = proxiedExchangeHandler({
    isProxy: () => isProxy,
    async handle() {
      passed = true
    },
  })
  const { exchange, told, record } = noteExchange({ rawHeaders })
  await handle(exchange)
  return { passed, told, code: record.refusal?.code, detail: record.refusal?.detail }
}

test('what a trusted proxy says came by https goes on', async (t) => {
  for (const name of ['X-Forwarded-Proto', 'x-forwarded-proto', 'X-FORWARDED-PROTO'])
    t.true((await bring(['Host', 'home.example', name, 'https'])).passed, name)
})

test('what does not say so in the one clear way is refused, with what is wrong in the log', async (t) => {
  const name = 'X-Forwarded-Proto'
  for (const [rawHeaders, detail] of [
    [[], 'there is no X-Forwarded-Proto'],
    [['X-Forwarded-Ssl', 'on', 'Forwarded', 'proto=https'], 'there is no X-Forwarded-Proto'],
    [[name, 'http'], 'X-Forwarded-Proto is http, not https'],
    [[name, 'HTTPS'], 'X-Forwarded-Proto is HTTPS, not https'],
    [[name, ' https'], 'X-Forwarded-Proto is  https, not https'],
    [[name, 'https,http'], 'X-Forwarded-Proto is https,http, not https'],
    [[name, 'https, https'], 'X-Forwarded-Proto is https, https, not https'],
    [[name, ''], 'X-Forwarded-Proto is , not https'],
    [[name, 'wss'], 'X-Forwarded-Proto is wss, not https'],
    [[name, 'https', name, 'https'], 'there are several X-Forwarded-Proto'],
    [[name, 'https', name, 'http'], 'there are several X-Forwarded-Proto'],
    [[name, 'https', 'X_Forwarded_Proto', 'http'], 'there are several X-Forwarded-Proto'],
    [['x_forwarded_proto', 'https'], 'x_forwarded_proto is no X-Forwarded-Proto'],
    [['X-Forwarded.Proto', 'https'], 'X-Forwarded.Proto is no X-Forwarded-Proto'],
  ] as [string[], string][]) {
    const brought = await bring(rawHeaders)
    t.deepEqual([brought.passed, brought.code, brought.detail], [false, 'forwarded_without_https', detail])
    t.deepEqual([brought.told.status, brought.told.closesConnection], [403, true])
    t.regex(JSON.parse(brought.told.body).error_description, /X-Forwarded-Proto: https/)
  }
})

test('whoever is no trusted proxy is refused whatever it says, and told of the list', async (t) => {
  const brought = await bring(['X-Forwarded-Proto', 'https'], false)
  t.deepEqual([brought.passed, brought.code, brought.told.status], [false, 'not_a_trusted_proxy', 403])
  t.regex(brought.detail ?? '', /is not in listen\.trusted_proxies$/)
  t.regex(JSON.parse(brought.told.body).error_description, /listen\.trusted_proxies/)
})
