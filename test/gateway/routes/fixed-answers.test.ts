import test from 'ava'
import type { RedirectDestination, RespondDestination } from '../../../src/gateway/routes/destination.ts'
import { fixedAnswer, redirectAnswer } from '../../../src/gateway/routes/fixed-answers.ts'

test('a redirect keeps the method, and nobody keeps the redirect', (t) => {
  t.deepEqual(redirectAnswer({ location: '/new' } as RedirectDestination), {
    status: 308,
    headers: { Location: '/new', 'Cache-Control': 'no-store' },
    body: '',
  })
})

test('a fixed answer is what was configured, and is not taken for anything else', (t) => {
  const { status, headers, body } = fixedAnswer({
    status: 404,
    body: 'no',
    contentType: 'text/plain',
  } as RespondDestination)
  t.deepEqual([status, body], [404, 'no'])
  t.deepEqual(headers, { 'Content-Type': 'text/plain', 'X-Content-Type-Options': 'nosniff' })
})

test('where there is no body, no type is said of it', (t) => {
  t.deepEqual(fixedAnswer({ status: 204, body: '', contentType: 'text/plain' } as RespondDestination).headers, {})
})
