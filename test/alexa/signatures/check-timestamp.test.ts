import test from 'ava'
import type { SkillEnvelope } from '../../../src/alexa/read-envelope.ts'
import { checkTimestamp, EVENT_TOLERANCE_MS, TOLERANCE_MS } from '../../../src/alexa/signatures/check-timestamp.ts'
import { isRefused } from '../../support/refused.ts'

const NOW = Date.UTC(2026, 0, 1)

function check(timestamp: unknown, type = 'LaunchRequest', kind: SkillEnvelope['kind'] = 'custom') {
  return () => checkTimestamp({ type, kind, timestamp } as SkillEnvelope, NOW)
}
const at = (seconds: number) => new Date(NOW + seconds * 1000).toISOString()

test('the tolerance is what Amazon allows, and nobody can set it larger, smaller or negative', (t) => {
  t.is(TOLERANCE_MS, 150_000)
  t.is(EVENT_TOLERANCE_MS, 3_600_000)
})

test('a valid timestamp is taken up to the tolerance, either way', async (t) => {
  for (const seconds of [0, -150, 150]) t.notThrows(check(at(seconds)), `${seconds}`)
  await isRefused(t, 'timestamp-too-old', check(at(-150.001)))
  await isRefused(t, 'timestamp-too-new', check(at(150.001)))
})

test('a timestamp is taken in each spelling of ISO 8601 that has a zone', (t) => {
  for (const text of ['2026-01-01T00:00:00Z', '2026-01-01T01:00:00+01:00', '2025-12-31T23:59:00.123456789Z'])
    t.notThrows(check(text), text)
})

test('a missing timestamp is refused', (t) => isRefused(t, 'timestamp-missing', check(undefined)))

test('a time that is ten thousands of lists in one another is refused like any other', (t) => {
  const deep: unknown = JSON.parse('['.repeat(60_000) + ']'.repeat(60_000))
  return isRefused(t, 'timestamp-malformed', check(deep))
})

test('a stale timestamp is refused', (t) => isRefused(t, 'timestamp-too-old', check(at(-86_400))))

test('a timestamp in the future is refused', (t) => isRefused(t, 'timestamp-too-new', check(at(86_400))))

for (const timestamp of [
  'yesterday',
  '',
  '2026-01-01',
  '2026-01-01T00:00:00',
  'Thu, 01 Jan 2026 00:00:00 GMT',
  '2026-13-01T00:00:00Z',
  'NaN',
  NOW,
  NOW / 1000,
  true,
  {},
  ['2026-01-01T00:00:00Z'],
]) {
  test(`a timestamp that is unparseable is refused: ${JSON.stringify(timestamp)}`, (t) =>
    isRefused(t, 'timestamp-malformed', check(timestamp)))
}

for (const name of ['Enabled', 'Disabled', 'PermissionAccepted', 'PermissionChanged', 'AccountLinked']) {
  const type = `AlexaSkillEvent.Skill${name}`
  test(`${type} has an hour, and no more`, async (t) => {
    t.notThrows(check(at(-3600), type, 'event'))
    await isRefused(t, 'timestamp-too-old', check(at(-3600.001), type, 'event'))
    await isRefused(t, 'timestamp-too-new', check(at(151), type, 'event'))
  })
}

test('an event of another name has no hour', (t) =>
  isRefused(t, 'timestamp-too-old', check(at(-151), 'AlexaSkillEvent.SkillDisabledToo', 'event')))
