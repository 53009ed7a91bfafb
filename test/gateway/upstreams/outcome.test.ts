import test from 'ava'
import { tooSlow, unreachable } from '../../../src/gateway/upstreams/outcome.ts'

const MUSIC = { name: 'music', url: 'http://10.0.0.1:1', responseTimeoutMs: 1500, connections: 1 }

test('the client hears that an upstream failed, and only the log which and how', (t) => {
  const [gone, slow] = [unreachable(MUSIC, new Error('refused')), tooSlow(MUSIC)]
  t.like(gone, { code: 'bad_gateway', status: 502, detail: 'music at http://10.0.0.1:1: refused' })
  t.like(slow, {
    code: 'gateway_timeout',
    status: 504,
    detail: 'music at http://10.0.0.1:1 did not answer within 1.5 s',
  })
  for (const { message } of [gone, slow]) t.notRegex(message, /music|10\.0/)
})
