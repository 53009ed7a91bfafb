import test from 'ava'
import { addressBlock } from '../../src/net/address-block.ts'
import { AUDIT_EVENTS, type AuditEvent, type AuditEventName } from '../../src/telemetry/audit.ts'
import { limitAudit } from '../../src/telemetry/limit-audit.ts'

const TEN_MINUTES = 600_000

function open() {
  const written: AuditEvent[] = []
  let at = Date.UTC(2026, 6, 28, 12)
  const { audit, settle } = limitAudit((event) => written.push(event), { now: () => at }, addressBlock)
  return {
    audit,
    settle,
    written,
    advance(milliseconds: number) {
      at += milliseconds
    },
    /** How many of so many are written; that others were left out doesn't count. */
    count(times: number, event: (i: number) => AuditEvent): number {
      const before = written.length
      for (let i = 0; i < times; i++) audit(event(i))
      return written.slice(before).filter(({ more }) => more === undefined).length
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

test('57. when the ten minutes are over one line says how many were left out, since when, and where the last came from', (t) => {
  const { audit, settle, written, count, advance } = open()
  count(15, () => refused('192.0.2.7', 'wrong secret'))
  audit(refused('192.0.2.8', 'wrong secret'))
  t.is(written.length, 6)
  advance(TEN_MINUTES)
  audit(refused('192.0.2.9', 'wrong secret'))
  t.deepEqual(written.slice(6), [
    {
      ...refused('192.0.2.7', '10 more like this one since 2026-07-28T12:00:00.000Z'),
      attempt: undefined,
      more: 10,
    },
    refused('192.0.2.9', 'wrong secret'),
  ])
  settle()
  t.is(written.length, 8, 'nothing was left out since')
  count(7, () => refused('192.0.2.7'))
  settle()
  t.is(written.at(-1)?.more, 2)
  t.is(written.length, 14)
})

test('57. of what one grant is refreshed the first three are written in ten minutes, and then how often', (t) => {
  const { count, settle, written, advance } = open()
  const refreshed = (grant: string): AuditEvent => ({ event: 'tokens_refreshed', user: 'ada', client: 'alexa', grant })
  t.is(
    count(69_000, (i) => refreshed(`grant ${i % 3}`)),
    9,
  )
  advance(TEN_MINUTES)
  t.is(
    count(1, () => refreshed('grant 0')),
    1,
  )
  t.like(written.slice(9), [{ ...refreshed('grant 0'), more: 22_997 }, refreshed('grant 0')])
  settle()
  t.like(written.slice(11), [{ more: 22_997 }, { more: 22_997 }])
})

test('57. whoever tries to link again and again sees fifteen attempts', (t) => {
  const { count } = open()
  const opened = (i: number): AuditEvent => ({ event: 'link_opened', address: '192.0.2.7', attempt: `${i}` })
  t.is(count(100, opened), 15)
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

/** How many of a hundred from one address, and of a thousand from others, are written. */
const WRITTEN: Record<string, [number, number]> = {
  unproven: [5, 45],
  linking: [15, 35],
  proven: [20, 40],
  'ends a grant': [100, 200],
  'of the owner': [100, 1000],
}

const KINDS: Record<string, AuditEventName[]> = {
  unproven: ['client_refused', 'sign_in_failed', 'locked_out'],
  linking: ['link_opened', 'link_refused', 'denied', 'token_refused'],
  proven: ['signed_in', 'signed_out', 'consented', 'code_redeemed', 'first_call', 'client_registered'],
  'ends a grant': ['code_reused', 'refresh_token_reused', 'revoked'],
  'of the owner': ['started', 'stopped', 'reloaded', 'user_added', 'password_changed', 'client_secret_renewed'],
}

test('57. whatever can be repeated is limited, each kind for itself, and what only the owner does is always written', (t) => {
  const { count } = open()
  for (const [name, kinds] of Object.entries(KINDS))
    for (const event of kinds) {
      const [ofOne, ofOthers] = WRITTEN[name]!
      t.is(
        count(100, () => ({ event, address: '192.0.2.7', user: 'ada' })),
        ofOne,
        event,
      )
      t.is(
        count(1000, (i) => ({ event, address: ipv4(i), user: 'ada' })),
        ofOthers,
        event,
      )
      t.is(
        count(1, () => ({ event, address: '192.0.2.7', user: 'bob' })),
        1,
        `${event} of somebody else`,
      )
    }
})

test('57. clients that register are counted together, whatever their ids', (t) => {
  const { count } = open()
  t.is(
    count(100, (i) => ({ event: 'client_registered', address: '192.0.2.7', client: `app-${i}` })),
    20,
  )
})

test('57. whatever strangers, people and clients can repeat is limited', (t) => {
  const { count } = open()
  const always = Object.keys(AUDIT_EVENTS).filter(
    (event) => count(400, () => ({ event: event as AuditEventName, user: 'eve', address: '192.0.2.7' })) === 400,
  )
  // By the command, or by the gateway itself.
  for (const event of always)
    t.regex(
      event,
      /^(started|stopped|registration_|reloaded|backed_up|restored|user_|password_|totp_|.*_changed|.*_renewed|database_|device_|examined)/,
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
