import test, { type ExecutionContext } from 'ava'
import { TOKEN_REQUEST } from '../../../../src/app/doctor/outside/token-request.ts'
import { type Answering, behind, lookAt, type Passing, startHealthy, startProxy } from '../../../support/patient.ts'

const html = (status: number, body: string, headers = {}): Answering => ({
  status,
  headers: { 'content-type': 'text/html', ...headers },
  body: `<!doctype html><html>${body}</html>`,
})

/** A gateway, that is looked at through whatever proxy. */
async function openLook(t: ExecutionContext) {
  const { house, patient } = await startHealthy(t)
  return async (ask: (passing: Passing) => Passing | Answering) => {
    const [one, ...more] = await lookAt(TOKEN_REQUEST, behind(patient, await startProxy(t, house, { ask })))
    t.deepEqual(more, [])
    return one!
  }
}

test('a filter that takes Amazon for a robot is told from one that lets nobody through', async (t) => {
  const look = await openLook(t)
  const isAmazon = ({ headers }: Passing) => /Apache-HttpClient\/4\.5/.test(headers['user-agent'] ?? '')
  const refusal = html(403, 'Forbidden', { server: 'cloudflare' })
  const filtered = await look((passing) => (isAmazon(passing) ? refusal : passing))
  t.is(filtered.verdict, 'fault')
  t.regex(
    filtered.found,
    /was answered 403 by cloudflare, and not by the gateway\. The same request with the name of a browser got through/,
  )
  const closed = await look(() => refusal)
  t.is(closed.verdict, 'fault')
  t.notRegex(closed.found, /browser/)
})

test('a challenge, a sign-in of the proxy, a page, and a proxy that does not reach the gateway have words of their own', async (t) => {
  const look = await openLook(t)
  const told = async (answering: Answering) => {
    const { verdict, found, needs, remedy } = await look(() => answering)
    t.is(verdict, 'fault')
    t.truthy(needs)
    return `${found} ${remedy}`
  }
  t.regex(await told(html(403, 'Just a moment...')), /a challenge for people.*switch the bot filter off/)
  t.regex(await told(html(503, '', { 'cf-mitigated': 'challenge' })), /a challenge for people/)
  const location = 'https://auth.example.org/login?rd=https://secret'
  t.regex(
    await told({ status: 302, headers: { location }, body: '' }),
    /302 to https:\/\/auth\.example\.org\/login\..*sign-in of its own/,
  )
  t.regex(await told(html(200, 'Welcome')), /200 with an HTML page/)
  t.regex(await told(html(502, 'Bad Gateway', { server: 'nginx' })), /502 by nginx: a proxy in front gets no answer/)
  t.regex(await told({ status: 404, headers: {}, body: '' }), /404 with nothing/)
})

test('what is of the gateway, but not what it should say, is told too', async (t) => {
  const look = await openLook(t)
  const headers = { 'content-type': 'text/plain' }
  const lost = await look((passing) => ({ ...passing, headers: { ...passing.headers, ...headers } }))
  t.is(lost.verdict, 'fault')
  t.regex(lost.found, /answered 400 invalid_request: its form did not arrive as it was sent/)
})

test('a doctor is no attempt to link that failed, and has no secret', async (t) => {
  const { house, patient } = await startHealthy(t)
  t.like(await lookAt(TOKEN_REQUEST, patient), [{ verdict: 'good' }])
  const refused = house.events().filter(({ event }) => event === 'token_refused')
  t.deepEqual(
    refused.map(({ client }) => client),
    ['skillgate-doctor'],
  )
})
