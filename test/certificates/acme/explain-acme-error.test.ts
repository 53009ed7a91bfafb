import test from 'ava'
import { explainAcmeError, sayProblem } from '../../../src/certificates/acme/explain-acme-error.ts'

const attempt = { doing: 'Nothing came', host: 'ca.example' }

test('what a CA says is told on one line, with its code and what to do', (t) => {
  const problem = { type: 'urn:ietf:params:acme:error:caa', detail: 'CAA record\nfor \u0007example.org' }
  t.is(
    sayProblem('ca.example', problem),
    'ca.example says "CAA record for example.org" (caa). A CAA record in the DNS of the name lets other CAs only: add this one, or take the record out.',
  )
})

test('an answer that is no problem document is told by its status, whatever is in it', (t) => {
  for (const problem of [undefined, null, '<html>', 7, [], {}]) {
    const last = { status: 502, problem, retryAfterMs: 5000 }
    const error = explainAcmeError({ ...attempt, last }, new Error('x'))
    t.is(error.message, 'Nothing came: ca.example answered 502.')
    t.deepEqual(error.details, { retryAfterMs: 5000 })
  }
})

test('a page that a CA sends as detail is cut short', (t) => {
  const last = { status: 400, problem: { type: 'x', detail: 'y'.repeat(10_000) }, retryAfterMs: undefined }
  t.true(explainAcmeError({ ...attempt, last }, new Error('x')).message.length < 700)
})

test('why a CA could not be reached is said with what to do', (t) => {
  const because = (code: string) =>
    explainAcmeError({ ...attempt, last: undefined }, Object.assign(new Error(`it was ${code}`), { code })).message
  t.regex(because('ENOTFOUND'), /^Nothing came: ca\.example is not reached: it was ENOTFOUND\. Is this machine online/)
  t.regex(because('ECONNREFUSED'), /Nobody listens there/)
  t.regex(because('SELF_SIGNED_CERT_IN_CHAIN'), /the certificate of ca\.example is not trusted .* "tls\.ca"/)
  t.regex(because('EHOSTUNREACH'), /Is this machine online\?$/)
  for (const code of ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID'])
    t.regex(because(code), /is not trusted \(CERT_\w+\)\. Is the clock of this machine right/)
})

test('a port that nobody answers at is called that, also where the CA calls it unauthorized', (t) => {
  const says = (detail: string) => sayProblem('ca.example', { type: 'urn:ietf:params:acme:error:unauthorized', detail })
  t.regex(says('Failed to connect to 192.0.2.1:443 for the tls-alpn-01 challenge'), /does the router forward port 443/)
  t.regex(says('Invalid response from http://home.example/: 404'), /Somebody else answered than this gateway/)
})
