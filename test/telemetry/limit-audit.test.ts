import test from 'ava'
import { addressBlock } from '../../src/net/address-block.ts'
import type { AuditEvent, AuditEventName } from '../../src/telemetry/audit.ts'
import { limitAudit } from '../../src/telemetry/limit-audit.ts'

const TEN_MINUTES = 600_000

function open() {
  const written: AuditEvent[] = []
  let at = Date.UTC(2026, 6, 28, 12)
  const audit = limitAudit((event) => written.push(event), { now: () => at }, addressBlock)
  return {
    audit,
    written,
    advance(milliseconds: number) {
      at += milliseconds
    },
    /** How many of so many are written. */
    count(times: number, event: (i: number) => AuditEvent): number {
      const before = written.length
      for (let i = 0; i < times; i++) audit(event(i))
      return written.length - before
    },
  }
}

const refused = (address: string | undefined, detail?: string): AuditEvent => ({
  event: 'client_refused',
  address,
  detail,
})
const ipv4 = (i: number) => `198.51.${i >> 8}.${i & 255}`

test('of what one address causes without proof five are written within ten minutes, and then five again', (t) => {
  const { count, advance } = open()
  t.is(
    count(1000, () => refused('192.0.2.7')),
    5,
  )
  advance(TEN_MINUTES - 1)
  t.is(
    count(10, () => refused('192.0.2.7')),
    0,
  )
  advance(1)
  t.is(
    count(10, () => refused('192.0.2.7')),
    5,
  )
})

test('the next one that is written says how many were left out, before what may be cut, and says so once', (t) => {
  const { audit, written, count, advance } = open()
  count(15, () => refused('192.0.2.7', 'wrong secret'))
  audit(refused('192.0.2.8', 'wrong secret'))
  audit(refused('192.0.2.8', 'wrong secret'))
  count(8, () => refused('192.0.2.7'))
  advance(TEN_MINUTES)
  audit(refused('192.0.2.7'))
  t.deepEqual(
    written.slice(4).map(({ detail }) => detail),
    [
      'wrong secret',
      '10 more like this one were left out before it; wrong secret',
      'wrong secret',
      '8 more like this one were left out before it',
    ],
  )
})

test('however many addresses somebody has, fifty of a kind are written within ten minutes', (t) => {
  const { count, advance } = open()
  t.is(
    count(10_000, (i) => refused(ipv4(i))),
    50,
  )
  advance(TEN_MINUTES)
  t.is(
    count(10_000, (i) => refused(ipv4(i))),
    50,
  )
})

test('an IPv6 network of 64 bits counts as one, and so do all whose address is not known', (t) => {
  const { count } = open()
  t.is(
    count(100, (i) => refused(`2001:db8::${i.toString(16)}`)),
    5,
  )
  t.is(
    count(100, () => refused(undefined)),
    5,
  )
})

test('each kind that needs no proof is limited for itself, what somebody has proven is always written', (t) => {
  const { count } = open()
  const ofStrangers: AuditEventName[] = ['client_refused', 'sign_in_failed', 'locked_out']
  const ofLinking: AuditEventName[] = ['link_opened', 'link_refused', 'denied', 'token_refused']
  for (const event of [...ofStrangers, ...ofLinking])
    t.is(
      count(100, () => ({ event, address: '192.0.2.7' })),
      5,
      event,
    )
  const proven: AuditEventName[] = ['signed_in', 'consented', 'code_reused', 'refresh_token_reused', 'started']
  for (const event of proven)
    t.is(
      count(100, () => ({ event, address: '192.0.2.7' })),
      100,
      event,
    )
})

test('failures of a user are not drowned in failures of names that nobody has', (t) => {
  const { audit, count, written } = open()
  count(10_000, (i) => ({ event: 'sign_in_failed', address: ipv4(i), detail: 'unknown name' }))
  audit({ event: 'sign_in_failed', address: '192.0.2.7', user: 'ada', detail: 'wrong password' })
  t.deepEqual(written.at(-1), {
    event: 'sign_in_failed',
    address: '192.0.2.7',
    user: 'ada',
    detail: 'wrong password',
  })
})

test('a clock that is set back ends no limit early and makes none last longer than ten minutes', (t) => {
  const { count, advance } = open()
  count(10, () => refused('192.0.2.7'))
  advance(-TEN_MINUTES + 1)
  t.is(
    count(10, () => refused('192.0.2.7')),
    0,
  )
  advance(-86_400_000)
  t.is(
    count(10, () => refused('192.0.2.7')),
    5,
  )
})
