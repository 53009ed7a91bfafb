import test from 'ava'
import { AnswerGuard } from '../../../src/gateway/upstreams/answer-guard.ts'

const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const INTERIM_LIMIT = 16 * 1024

function awaiting(): AnswerGuard {
  const guard = new AnswerGuard()
  guard.awaitAnswer()
  return guard
}

/** What of these packets undici is to see. */
function passed(guard: AnswerGuard, ...packets: string[]): string {
  return packets.map((packet) => guard.pass(Buffer.from(packet, 'latin1')).toString('latin1')).join('')
}

/** An informational answer of so many bytes, without the end of its head. */
const interim = (length: number) => 'HTTP/1.1 103 Early Hints\r\nX: '.padEnd(length, 'a')
const END = '\r\n\r\n'

test('an answer passes as it came, in whatever packets it comes', (t) => {
  t.is(passed(awaiting(), ANSWER), ANSWER)
  t.is(passed(awaiting(), ...ANSWER), ANSWER)
  t.is(passed(awaiting(), ANSWER.slice(0, 12), ANSWER.slice(12)), ANSWER)
})

test('what comes after its first line is not looked at, until the next request', (t) => {
  const guard = awaiting()
  t.is(
    passed(guard, ANSWER, 'HTTP/1.1 100 Continue\r\n\r\n', 'nonsense'),
    `${ANSWER}HTTP/1.1 100 Continue\r\n\r\nnonsense`,
  )
  guard.awaitAnswer()
  t.throws(() => passed(guard, 'nonsense'), { message: /begins with "nonsense"|begins with "nonsens"/ })
})

test('informational answers are taken out, in whatever packets they come', (t) => {
  const before = 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'
  t.is(passed(awaiting(), before + ANSWER), ANSWER)
  t.is(passed(awaiting(), ...(before + ANSWER)), ANSWER)
})

test('informational answers may have 16 KB before an answer, and not a byte more', (t) => {
  t.is(passed(awaiting(), interim(INTERIM_LIMIT) + END + ANSWER), ANSWER)
  t.throws(() => passed(awaiting(), interim(INTERIM_LIMIT + 1) + END + ANSWER), { message: /informational/ })
  const halves = interim(INTERIM_LIMIT / 2) + END
  t.is(passed(awaiting(), halves + halves + ANSWER), ANSWER)
  t.throws(() => passed(awaiting(), `${halves + interim(INTERIM_LIMIT / 2 + 1) + END}`), { message: /informational/ })
  t.throws(() => passed(awaiting(), interim(INTERIM_LIMIT), 'aaaa'.repeat(2)), { message: /informational/ })
})

test('whether anything of an answer came is known from its first byte on', (t) => {
  const guard = awaiting()
  t.false(guard.begun)
  passed(guard, 'H')
  t.true(guard.begun)
  passed(guard, ANSWER.slice(1))
  guard.awaitAnswer()
  t.false(guard.begun)
})

test('an answer of HTTP/1.0 is known for one', (t) => {
  const guard = awaiting()
  passed(guard, ANSWER.replace('1.1', '1.0'))
  t.true(guard.isOld)
  guard.awaitAnswer()
  passed(guard, ANSWER)
  t.false(guard.isOld)
})
