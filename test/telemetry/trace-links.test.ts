import test from 'ava'
import type { AuditRecord } from '../../src/telemetry/read-audit.ts'
import { traceLinks } from '../../src/telemetry/trace-links.ts'

const NOON = Date.UTC(2026, 6, 28, 12)

function at(seconds: number, event: string, about: Partial<AuditRecord> = {}): AuditRecord {
  return { time: new Date(NOON + seconds * 1000).toISOString(), event, scopes: [], line: '', ...about }
}

const summary = (records: AuditRecord[]) =>
  traceLinks(records).map(({ attempt, steps }) => [attempt, ...steps.map(({ event }) => event)])

test('what has the id of an attempt belongs to it, what has the grant that came of it as well', (t) => {
  const records = [
    at(0, 'started'),
    at(1, 'link_opened', { attempt: 'a', client: 'alexa' }),
    at(2, 'link_opened', { attempt: 'b', client: 'phone' }),
    at(3, 'signed_in', { user: 'somebody else' }),
    at(4, 'signed_in', { attempt: 'a', user: 'ada' }),
    at(5, 'consented', { attempt: 'a', user: 'ada', client: 'alexa' }),
    at(6, 'code_redeemed', { attempt: 'a', grant: 'g', client: 'alexa' }),
    at(7, 'first_call', { grant: 'g' }),
    at(8, 'first_call', { grant: 'another' }),
    at(9, 'tokens_refreshed', { grant: 'g' }),
    at(10, 'tokens_refreshed', { grant: 'g' }),
    at(11, 'revoked', { grant: 'g' }),
  ]
  const [a, b, ...more] = traceLinks(records)
  t.like(a, { attempt: 'a', client: 'alexa', user: 'ada', grant: 'g', refreshes: 2 })
  t.like(b, { attempt: 'b', client: 'phone', user: undefined, grant: undefined, refreshes: 0 })
  t.deepEqual(more, [])
  const steps = ['link_opened', 'signed_in', 'consented', 'code_redeemed', 'first_call', 'tokens_refreshed', 'revoked']
  t.deepEqual(summary(records), [
    ['a', ...steps],
    ['b', 'link_opened'],
  ])
})

test('a token request of which nobody knows the code goes to the latest approval that waits for one', (t) => {
  const approved = (attempt: string, client: string) => at(0, 'consented', { attempt, client })
  const refused = (seconds: number, client?: string) => at(seconds, 'token_refused', { client })
  const before = [approved('a', 'alexa'), approved('b', 'phone')]
  t.deepEqual(summary([...before, refused(1, 'alexa')])[0], ['a', 'consented', 'token_refused'])
  t.deepEqual(summary([...before, refused(1)])[1], ['b', 'consented', 'token_refused'])
  t.deepEqual(summary([approved('a', 'alexa'), refused(600)]), [['a', 'consented', 'token_refused']])
  t.deepEqual(summary([approved('a', 'alexa'), refused(601)]), [
    ['a', 'consented'],
    [undefined, 'token_refused'],
  ])
  const redeemed = at(1, 'code_redeemed', { attempt: 'a', grant: 'g' })
  t.deepEqual(summary([approved('a', 'alexa'), redeemed, refused(2, 'alexa')])[1], [undefined, 'token_refused'])
})

test('token requests that belong to nothing are put together where they come one after the other', (t) => {
  const refused = (seconds: number, client: string) => at(seconds, 'token_refused', { client })
  const records = [refused(0, 'alexa'), refused(600, 'alexa'), refused(601, 'phone'), refused(1201, 'alexa')]
  t.deepEqual(summary(records), [
    [undefined, 'token_refused', 'token_refused'],
    [undefined, 'token_refused'],
    [undefined, 'token_refused'],
  ])
})
