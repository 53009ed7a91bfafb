import test from 'ava'
import { linkAttempt } from '../../src/oauth/link-attempt.ts'

const QUERY = 'client_id=alexa&state=A1b2C3d4E5f6G7'

test('the same request has the same id, another one has another', (t) => {
  t.is(linkAttempt(QUERY), linkAttempt(QUERY))
  t.not(linkAttempt(QUERY), linkAttempt(`${QUERY}x`))
})

test('an id is short, and has nothing of the request in it', (t) => {
  t.regex(linkAttempt(QUERY), /^[\w-]{10}$/)
  t.regex(linkAttempt(''), /^[\w-]{10}$/)
  t.false(QUERY.includes(linkAttempt(QUERY)))
})
