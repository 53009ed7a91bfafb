import test, { type ExecutionContext } from 'ava'
import { startBefore } from '../support/before-upstream.ts'
import { ADA, type TestHouse } from '../support/gateway.ts'
import { EXECUTED, type Executed, identityOf, startLenientUpstream } from '../support/lenient-upstream.ts'
import { exchangeRaw, openRaw } from '../support/raw-client.ts'
import { issueToken } from '../support/tokens.ts'
import { BROKEN_BODIES, FRAMING } from './corpus/framing.ts'
import { HEADERS, HOSTS } from './corpus/headers.ts'
import { IDENTITIES } from './corpus/identities.ts'
import { get, type RawCase } from './corpus/raw-case.ts'
import { REQUEST_LINES } from './corpus/request-lines.ts'
import { SEQUENCES } from './corpus/sequences.ts'

const GROUPS = { REQUEST_LINES, HOSTS, HEADERS, FRAMING, BROKEN_BODIES, IDENTITIES, SEQUENCES }

test('the corpus has 200 requests, each with a name of its own', (t) => {
  const ids = Object.values(GROUPS)
    .flat()
    .map(({ id }) => id)
  t.true(ids.length >= 200, `${ids.length}`)
  t.is(new Set(ids).size, ids.length)
})

for (const [name, cases] of Object.entries(GROUPS)) {
  test(`52, 53, 65. each request of the corpus is answered as it should be, and nothing else is executed: ${name}`, async (t) => {
    t.timeout(120_000)
    const upstream = await startLenientUpstream(t)
    const house = await startBefore(t, upstream)
    const token = await issueToken(house)
    const identity = await trueIdentity(house)
    for (const { id, bytes, answers, executed } of cases) {
      upstream.executed.length = 0
      const seen = await answersTo(house, withToken(bytes, token), { id, bytes, answers, executed })
      t.deepEqual(seen.statuses, answers, id)
      // On another connection, and on the one to the upstream that is free: it gets the answer to its own question.
      const honest = await exchangeRaw(house, get([`X-Case: after ${id}`]))
      t.deepEqual([honest.status, honest.header('x-case')[0]], [200, `after ${id}`], id)
      t.is(upstream.executed.length - 1, executed, id)
      t.is(seen.executed, executed, `${id}: what was executed is what was answered`)
      for (const one of upstream.executed) checkIdentity(t, one, identity, id)
    }
  })
}

function withToken(bytes: string, token: string): string {
  return bytes.replaceAll('BEARER', `Authorization: Bearer ${token}`)
}

/** Sends it in one packet, and reads all answers that there should be; more of them are told too. */
async function answersTo(house: TestHouse, bytes: string, { answers }: RawCase) {
  const client = await openRaw(house)
  client.send(bytes)
  const statuses: number[] = []
  let executed = 0
  const head = bytes.startsWith('HEAD ')
  for (const _ of answers) {
    const { status, rawHeaders } = await client.answer({ head })
    statuses.push(status)
    if (rawHeaders.some((name) => `${name}: `.match(EXECUTED))) executed++
  }
  // Whoever was refused is cut off; the others would get more if there were any, before what comes now is refused.
  if (statuses.at(-1) !== 400 && statuses.at(-1) !== 431) client.send('\0\r\n\r\n')
  await client.closed
  const more = [...client.received.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => Number(status))
  return { statuses: [...statuses, ...more.filter((status) => status !== 400)], executed }
}

async function trueIdentity({ prepared: { store } }: TestHouse): Promise<string[]> {
  const { id } = (await store.get('user', ADA.name))!
  return [
    'x-auth-client-id: amazon-alexa',
    'x-auth-scopes: music.read music.control',
    `x-remote-user-display-name: ${ADA.displayName}`,
    `x-remote-user-id: ${id}`,
    `x-remote-user-name: ${ADA.name}`,
  ]
}

function checkIdentity(t: ExecutionContext, one: Executed, identity: string[], id: string): void {
  t.deepEqual(identityOf(one), / \/any\//.test(one.requestLine) ? identity : [], id)
  const forbidden = one.headers.filter(([name]) => /^(x-real-ip|forwarded|x-forwarded-user)$/.test(name))
  t.deepEqual(forbidden, [], id)
}
