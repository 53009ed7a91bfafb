import { readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { type AuditEvent, openAudit } from '../../src/telemetry/audit.ts'
import { importantAuditFile } from '../../src/telemetry/audit-files.ts'
import { limitAudit } from '../../src/telemetry/limit-audit.ts'
import { readAudit } from '../../src/telemetry/read-audit.ts'
import { temporaryFolder } from '../support/environment.ts'

const MINUTE = 60_000

function open(t: ExecutionContext) {
  const file = join(temporaryFolder(t), 'audit.jsonl')
  let at = Date.UTC(2026, 6, 28, 12)
  const everyEvent = openAudit(file, { now: () => at }, (error) => t.fail(error.message))
  return {
    file,
    everyEvent,
    limited: limitAudit(everyEvent, { now: () => at }, (address) => address),
    advance(milliseconds: number) {
      at += milliseconds
    },
    bytes: () => readdirSync(dirname(file)).reduce((sum, name) => sum + statSync(join(dirname(file), name)).size, 0),
    eventsIn: (path: string) => readAudit(path, 1e9).map(({ event }) => event),
  }
}

const CONSENT: AuditEvent = {
  event: 'consented',
  address: '192.0.2.7',
  user: 'ada',
  client: 'alexa',
  scopes: ['music'],
}

test('57. a consent stays through 100,000 refreshes, which are four lines', (t) => {
  const { file, limited, bytes } = open(t)
  limited.audit(CONSENT)
  const before = bytes()
  for (let i = 0; i < 100_000; i++) {
    limited.audit({ event: 'tokens_refreshed', address: '192.0.2.7', user: 'ada', client: 'alexa', grant: 'g' })
  }
  limited.settle()
  t.deepEqual(
    readAudit(file, 100).map(({ event, more }) => [event, more]),
    [['consented', undefined], ...Array(3).fill(['tokens_refreshed', undefined]), ['tokens_refreshed', 99_997]],
  )
  t.true(bytes() - before < 1500)
})

test('57. what is important stays when everything else was pushed out, each event once and in its place', (t) => {
  const { file, everyEvent, bytes, eventsIn } = open(t)
  everyEvent({ event: 'started' })
  everyEvent(CONSENT)
  const long = 'x '.repeat(240)
  for (let i = 0; i < 40_000; i++) everyEvent({ event: 'token_refused', address: '198.51.100.1', detail: long })
  everyEvent({ event: 'revoked', user: 'ada', client: 'alexa', grant: 'g' })
  everyEvent({ event: 'denied' })
  everyEvent({ event: 'stopped' })
  const events = eventsIn(file).filter((event) => event !== 'token_refused')
  t.deepEqual(events, ['started', 'consented', 'revoked', 'denied', 'stopped'])
  t.true(bytes() < 16_000_000)
})

test('57. of what somebody repeats for days ten an hour are kept for long, of what strangers do two', (t) => {
  const { file, limited, advance, eventsIn } = open(t)
  for (let hour = 0; hour < 48; hour++) {
    for (let turn = 0; turn < 6; turn++) {
      for (let i = 0; i < 100; i++) {
        limited.audit({ event: 'signed_in', address: `192.0.2.${i}`, user: 'ada' })
        limited.audit({ event: 'locked_out', address: `192.0.2.${i}`, user: 'ada' })
      }
      advance(10 * MINUTE)
    }
  }
  const kept = eventsIn(importantAuditFile(file))
  t.is(kept.filter((event) => event === 'signed_in').length, 480)
  t.is(kept.filter((event) => event === 'locked_out').length, 96)
})

test('57. both series of files together have at most 30 MB, whatever happens', (t) => {
  const { everyEvent, advance, bytes } = open(t)
  const long = 'x '.repeat(240)
  // A hundred users who do all that can be done for as long as it takes.
  for (let i = 0; i < 60_000; i++) {
    everyEvent({ event: 'signed_in', user: `user ${i % 100}`, detail: long })
    if (i % 1000 === 0) advance(60 * MINUTE)
  }
  t.true(bytes() > 25_000_000)
  t.true(bytes() < 30_100_000, String(bytes()))
})

test('of clients that register again and again, each with an id of its own, few are kept for long', (t) => {
  const { file, everyEvent, eventsIn } = open(t)
  for (let i = 0; i < 100; i++) everyEvent({ event: 'client_registered', address: '192.0.2.7', client: `app-${i}` })
  t.is(eventsIn(file).length, 100)
  t.is(eventsIn(importantAuditFile(file)).length, 10)
})
