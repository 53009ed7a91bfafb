import test from 'ava'
import { limitStrangers } from '../../src/telemetry/limit-strangers.ts'
import type { RequestRecord } from '../../src/telemetry/request-record.ts'
import { refusedRecord, requestRecord } from './request-records.ts'

const TEN_SECONDS = 10_000

function open(options?: { linesInWindow?: number; windowMs?: number }) {
  let at = Date.UTC(2026, 6, 28, 12)
  const leftOut: number[] = []
  let told = () => {}
  const limit = limitStrangers(
    { now: () => at },
    (count) => {
      leftOut.push(count)
      told()
    },
    options,
  )
  return {
    ...limit,
    leftOut,
    advance(milliseconds: number) {
      at += milliseconds
    },
    count(times: number, record: RequestRecord): number {
      return Array.from({ length: times }, () => limit.isLogged(record)).filter(Boolean).length
    },
    untilTold: () =>
      new Promise<void>((resolve) => {
        told = resolve
      }),
  }
}

test('200 refusals of strangers are logged within ten seconds, then 200 more, and how many were left out is told', (t) => {
  const { count, advance, leftOut } = open()
  t.is(count(1434, refusedRecord()), 200)
  advance(TEN_SECONDS - 1)
  t.is(count(10, refusedRecord()), 0)
  t.deepEqual(leftOut, [])
  advance(1)
  t.is(count(200, refusedRecord()), 200)
  t.deepEqual(leftOut, [1244])
})

const NOBODY = { user: undefined, client: undefined, grant: undefined }

test('56. whoever is known always has a line, whatever strangers do', (t) => {
  const { count } = open()
  t.is(count(1000, refusedRecord()), 200)
  t.is(count(1000, requestRecord(NOBODY)), 500)
  for (const who of [{ user: 'ada' }, { client: 'phone' }, { grant: 'u.1' }]) {
    t.is(count(300, refusedRecord(who)), 300)
    t.is(count(600, requestRecord({ ...NOBODY, ...who })), 600)
  }
})

test('56. of what strangers are answered five hundred lines are written in ten seconds, and then how many more', (t) => {
  for (const change of [{ status: 200 }, { status: 399 }, { status: 101, ending: 'closed' }] as const) {
    const { count, settle, leftOut } = open()
    t.is(count(700, requestRecord({ ...NOBODY, ...change })), 500)
    t.is(count(200, refusedRecord()), 200, 'what is refused has a limit of its own')
    settle()
    t.deepEqual(leftOut, [200])
  }
})

test('56. in an hour strangers cause ten thousand lines of each kind, however long it lasts', (t) => {
  for (const record of [refusedRecord(), requestRecord(NOBODY)]) {
    const { count, advance } = open()
    let lines = 0
    for (let window = 0; window < 360; window++) {
      lines += count(1000, record)
      advance(TEN_SECONDS)
    }
    t.is(lines, 10_000)
    t.is(count(10, record), 10, 'the next hour has begun')
  }
})

test('what strangers begin and never end counts as refused, and so does an answer of 400 and more', (t) => {
  for (const ending of ['client left', 'timed out', 'refused'] as const) {
    t.is(open().count(300, refusedRecord({ ending, status: undefined })), 200, ending)
  }
  t.is(open().count(300, refusedRecord({ ending: 'answered', status: 400 })), 200)
})

test('a clock that is set back makes no window endless', (t) => {
  const { count, advance } = open()
  count(300, refusedRecord())
  advance(-TEN_SECONDS + 1)
  t.is(count(10, refusedRecord()), 0)
  advance(-TEN_SECONDS)
  t.is(count(300, refusedRecord()), 200)
})

test('what was left out is told when asked for, once', (t) => {
  const { count, settle, leftOut } = open()
  settle()
  count(203, refusedRecord())
  settle()
  settle()
  t.deepEqual(leftOut, [3])
})

test('what was left out is told also where no other request comes', async (t) => {
  const { count, leftOut, untilTold } = open({ linesInWindow: 2, windowMs: 20 })
  const awake = setInterval(() => {}, 1000)
  t.teardown(() => clearInterval(awake))
  const told = untilTold()
  t.is(count(5, refusedRecord()), 2)
  await told
  t.deepEqual(leftOut, [3])
})
