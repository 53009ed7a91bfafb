import test from 'ava'
import { credentialsFor, refusalOf } from '../../../src/gateway/upstreams/credentials.ts'
import type { Identity } from '../../../src/http/identity.ts'

const MUSIC = { name: 'music', url: 'http://127.0.0.1:1', responseTimeoutMs: 1000, connections: 1 }
const ADA: Identity = { user: { id: '1', name: 'ada', displayName: 'Ada' }, scopes: [], by: 'bearer' }

test('the gateway signs in with the token of the upstream, if it has one', (t) => {
  t.is(credentialsFor({ ...MUSIC, token: 'abc' }, ADA), 'Bearer abc')
  t.is(credentialsFor(MUSIC, ADA), undefined)
})

test('62. for a stranger the gateway never signs in', (t) => {
  t.is(credentialsFor({ ...MUSIC, token: 'abc' }, undefined), undefined)
})

test('only a 401 to somebody who was let in means the gateway itself', (t) => {
  const refusal = refusalOf({ ...MUSIC, token: 'abc' }, ADA, 401)
  t.like(refusal, { code: 'upstream_refused_gateway', status: 502 })
  t.regex(refusal?.detail ?? '', /may have expired/)
  t.regex(refusalOf(MUSIC, ADA, 401)?.detail ?? '', /it has none/)
  t.notRegex(refusal?.detail ?? '', /abc/)
  for (const status of [200, 400, 403, 407, 500]) t.is(refusalOf(MUSIC, ADA, status), undefined)
  t.is(refusalOf(MUSIC, undefined, 401), undefined)
})
