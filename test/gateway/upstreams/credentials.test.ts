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
  const refusal = refusalOf({ ...MUSIC, token: 'abc' }, ADA, 401, 'Bearer abc')
  t.like(refusal, { code: 'upstream_refused_gateway', status: 502 })
  t.regex(refusal?.detail ?? '', /may have expired/)
  t.regex(refusalOf(MUSIC, ADA, 401, undefined)?.detail ?? '', /it has none/)
  t.notRegex(refusal?.detail ?? '', /abc/)
  for (const status of [200, 400, 403, 407, 500]) t.is(refusalOf(MUSIC, ADA, status, undefined), undefined)
  t.is(refusalOf(MUSIC, undefined, 401, undefined), undefined)
})

/** An upstream where Ada has a token of her own. */
function withOwnToken(value: string | undefined) {
  const refused: string[] = []
  const ownTokens = {
    credentialsOf: () => value,
    accountOf: async () => undefined,
    noteRefused: (_: Identity, credentials: string) => refused.push(credentials) === 1,
  }
  return { upstream: { ...MUSIC, token: 'abc', ownTokens }, refused }
}

test("somebody's own token goes before the gateway's, which whoever has none signs in with", async (t) => {
  t.is(credentialsFor(withOwnToken('Bearer own').upstream, ADA), 'Bearer own')
  t.is(credentialsFor(withOwnToken(undefined).upstream, ADA), 'Bearer abc')
  t.is(credentialsFor(withOwnToken('Bearer own').upstream, undefined), undefined)
  const later = (value: string | undefined) => {
    const ownTokens = { credentialsOf: async () => value, accountOf: async () => undefined, noteRefused: () => true }
    return credentialsFor({ ...MUSIC, token: 'abc', ownTokens }, ADA)
  }
  t.is(await later('Bearer own'), 'Bearer own')
  t.is(await later(undefined), 'Bearer abc')
})

test("a 401 to somebody's own token is told to their client once, and never one to the gateway's", (t) => {
  const { upstream, refused } = withOwnToken('Bearer own')
  const first = refusalOf(upstream, ADA, 401, 'Bearer own')
  t.like(first, { code: 'upstream_refused_person', status: 401 })
  t.regex(first?.headers?.['WWW-Authenticate'] ?? '', /error="invalid_token"/)
  t.like(refusalOf(upstream, ADA, 401, 'Bearer own'), { code: 'upstream_refused_gateway', status: 502 })
  t.like(refusalOf(upstream, ADA, 401, 'Bearer abc'), { code: 'upstream_refused_gateway', status: 502 })
  t.deepEqual(refused, ['Bearer own', 'Bearer own'])
  t.is(refusalOf(upstream, ADA, 403, 'Bearer own'), undefined)
})

test("after a 401 to it, the gateway's own token is read again", (t) => {
  let read = 0
  const upstream = { ...MUSIC, token: 'abc', rereadToken: () => void read++ }
  refusalOf(upstream, ADA, 200, 'Bearer abc')
  t.is(read, 0)
  refusalOf(upstream, ADA, 401, 'Bearer abc')
  t.is(read, 1)
})

test('what was sent with the token that the gateway had before it read it again unlinks nobody', (t) => {
  const { upstream, refused } = withOwnToken('Bearer own')
  const reread = { ...upstream, token: 'new', earlierToken: 'abc' }
  t.like(refusalOf(reread, ADA, 401, 'Bearer abc'), { code: 'upstream_refused_gateway', status: 502 })
  t.like(refusalOf(reread, ADA, 401, 'Bearer new'), { code: 'upstream_refused_gateway', status: 502 })
  t.deepEqual(refused, [])
})
