import test, { type ExecutionContext } from 'ava'
import { openSessions } from '../../src/users/sessions.ts'
import { openVisits } from '../../src/users/visits.ts'
import { openStores, USER } from '../support/grants.ts'

const HOST = 'music.example'
const RETURN = new URL(`https://${HOST}/x?y=z`)
const LIMITS = { idle: 3_600_000, absolute: 43_200_000 }

async function open(t: ExecutionContext) {
  const { store, ...environment } = await openStores(t)
  const sessions = openSessions(store, environment, LIMITS)
  const [first, second] = [environment.randomBytes(32), environment.randomBytes(32)]
  const visitsBy = (...keys: [Buffer, ...Buffer[]]) => openVisits({ store, environment, sessions, keys })
  const session = (await sessions.find((await sessions.begin(USER)).split(';')[0]))!
  return { ...environment, store, sessions, session, first, second, visits: visitsBy(first), visitsBy }
}

/** As a browser sends back what it was given. */
const sent = (setCookies: string[]) => setCookies.map((one) => one.split(';')[0]).join('; ')

async function visit({ visits, session }: Awaited<ReturnType<typeof open>>): Promise<string> {
  const { state, cookie } = visits.begin(undefined)
  const arrival = await visits.arrive(await visits.giveTicket(session, RETURN, state), sent([cookie]), HOST)
  return sent([arrival!.cookies[0]!])
}

test('a ticket makes a cookie that is good at its host alone, and only while the session lasts', async (t) => {
  const opened = await open(t)
  const { visits, sessions, session } = opened
  const cookie = await visit(opened)
  t.is((await visits.find(cookie, HOST))?.user.name, 'ada')
  t.is(await visits.find(cookie, 'other.example'), undefined)
  await sessions.end(session)
  t.is(await visits.find(cookie, HOST), undefined)
})

test('a ticket of a session that has ended meanwhile lets nobody in', async (t) => {
  const { visits, sessions, session } = await open(t)
  const { state, cookie } = visits.begin(undefined)
  const ticket = await visits.giveTicket(session, RETURN, state)
  await sessions.end(session)
  t.is(await visits.arrive(ticket, sent([cookie]), HOST), undefined)
})

test('several pages of one browser may be on their way at once', async (t) => {
  const { visits, session } = await open(t)
  const first = visits.begin(undefined)
  const second = visits.begin(sent([first.cookie]))
  t.is(second.state, first.state)
  for (const { state } of [first, second]) {
    const ticket = await visits.giveTicket(session, RETURN, state)
    t.is((await visits.arrive(ticket, sent([first.cookie]), HOST))?.returnTo, RETURN.href)
  }
})

test('after the key was rotated what was given out before is good, and by another key nothing', async (t) => {
  const opened = await open(t)
  const { visitsBy, first, second } = opened
  const cookie = await visit(opened)
  t.truthy(await visitsBy(second, first).find(cookie, HOST))
  t.is(await visitsBy(second).find(cookie, HOST), undefined)
})

test('a second cookie of the same name, which somebody planted, lets nobody in', async (t) => {
  const opened = await open(t)
  const cookie = await visit(opened)
  t.is(await opened.visits.find(`${cookie}; ${cookie}`, HOST), undefined)
})

test('what is at another host uses the session, and looking whether it is there does not', async (t) => {
  const opened = await open(t)
  const { visits, sessions, session, advance } = opened
  const cookie = await visit(opened)
  advance(LIMITS.idle - 1)
  t.truthy(await sessions.read(session.id))
  t.truthy(await visits.find(cookie, HOST))
  advance(LIMITS.idle - 1)
  t.truthy(await sessions.read(session.id))
  advance(1)
  t.is(await visits.find(cookie, HOST), undefined)
})
