import test, { type ExecutionContext } from 'ava'
import { Parameters } from '../../../src/oauth/checks/parameters.ts'
import { readDecision } from '../../../src/oauth/consent/read-decision.ts'
import type { ConsentRequest } from '../../../src/oauth/consent/show-consent.ts'
import { SIGN_IN_STATES, type SignInEvent } from '../../../src/oauth/consent/sign-in-states.ts'
import type { Session, SignInOutcome } from '../../../src/oauth/resource-owners.ts'
import type { SignInState } from '../../../src/pages/sign-in-page.ts'
import { ACCOUNT, CLIENT, USER } from '../../support/grants.ts'
import { openServer } from '../../support/server.ts'

const STATES = Object.keys(SIGN_IN_STATES) as SignInState[]
const SESSION = { user: USER, id: 's1', signedInAt: 0 }
/** Signed in with an account that may do everything. */
const ADMIN: Session = { ...SESSION, user: { ...USER, account: { ...ACCOUNT, role: 'admin' } } }
const OUTCOMES: SignInOutcome[] = [
  { kind: 'signed-in', user: USER, session: SESSION, cookies: ['session=new'] },
  { kind: 'second-factor', cookie: 'session=pending' },
  { kind: 'wrong' },
  { kind: 'expired' },
  { kind: 'wait', seconds: 60 },
  { kind: 'account-wait', seconds: 29 },
  { kind: 'guest' },
  { kind: 'account-disabled' },
  { kind: 'unreachable', detail: 'it is down' },
]

test('nobody approves who has neither just signed in nor been asked for their consent alone', (t) => {
  for (const state of STATES) {
    const approving = Object.entries(SIGN_IN_STATES[state]).flatMap(([event, next]) =>
      next === 'approved' ? event : [],
    )
    const expected = { consent: ['approve', 'signed-in'], admin: ['admin', 'approve', 'signed-in'] }
    t.deepEqual(approving.sort(), expected[state as keyof typeof expected] ?? ['signed-in'], state)
  }
})

test('everywhere one can deny, and nothing else denies', (t) => {
  for (const state of STATES) {
    const denying = Object.entries(SIGN_IN_STATES[state]).flatMap(([event, next]) => (next === 'denied' ? event : []))
    t.deepEqual(denying, ['deny'], state)
  }
})

test('whoever waits too long for the code, or signs out, begins again', (t) => {
  t.is(SIGN_IN_STATES['second-factor'].expired, 'password')
  for (const state of STATES) t.is(SIGN_IN_STATES[state]['sign-out'], 'password', state)
})

/** What is in the form in each state. */
const TYPED: Record<SignInState, Record<string, string>> = {
  password: { username: 'ada', password: 'x' },
  'second-factor': { otp: '123456' },
  consent: {},
  admin: {},
}

/** Where a form leads that is sent in a state, if checking what was typed comes to this. */
async function lead(
  t: ExecutionContext,
  state: SignInState,
  decision: string,
  outcome?: SignInOutcome,
  whose: Session = SESSION,
) {
  const { server, events } = await openServer(t)
  const check = async () => outcome ?? t.fail()
  Object.assign(server.resourceOwners, {
    checkPassword: check,
    checkSecondFactor: check,
    endSession: async () => 'session=; Max-Age=0',
  })
  const consent: ConsentRequest = {
    client: CLIENT,
    scopes: ['music.read'],
    kind: 'link',
    endpoint: 'approve',
    request: 'x',
    signInAgain: false,
    attempt: 'aB3-_xYz09',
  }
  const form = new Parameters(new URLSearchParams({ ...TYPED[state], decision }).toString())
  const session = state === 'consent' || state === 'admin' ? whose : undefined
  const question = state === 'admin' ? state : undefined
  const request = { query: '', headers: {}, address: '192.0.2.1', readBody: async () => '' }
  const decided = await readDecision(server, consent, request, { form, session, question })
  return { decided, events }
}

function stateOn(page: string): SignInState {
  if (/name="otp"/.test(page)) return 'second-factor'
  if (/Link anyway/.test(page)) return 'admin'
  return /name="password"/.test(page) ? 'password' : 'consent'
}

test('a form leads to where the table says, from each state by each event', async (t) => {
  let led = 0
  for (const state of STATES) {
    const buttons: [SignInEvent, SignInOutcome?][] = [['deny'], ['sign-out']]
    const isSignedIn = state === 'consent' || state === 'admin'
    if (isSignedIn) buttons.push(['approve'])
    const checked: [SignInEvent, SignInOutcome?][] = OUTCOMES.map((outcome) => [outcome.kind, outcome])
    for (const [event, outcome] of [...buttons, ...(isSignedIn ? [] : checked)]) {
      const { decided } = await lead(t, state, outcome ? 'approve' : event, outcome)
      const reached = decided.kind === 'page' ? stateOn(decided.answer.body) : decided.kind
      t.is(reached, SIGN_IN_STATES[state][event], `${state}: ${event}`)
      led++
    }
  }
  t.is(led, 28)
})

test('whoever may do everything is asked once more, whichever way they would have approved', async (t) => {
  const signedIn: SignInOutcome = { kind: 'signed-in', user: ADMIN.user, session: ADMIN, cookies: ['session=new'] }
  for (const state of ['password', 'second-factor'] as const) {
    const { decided, events } = await lead(t, state, 'approve', signedIn)
    t.is(decided.kind === 'page' && stateOn(decided.answer.body), 'admin', state)
    t.deepEqual(events, [], 'nobody has consented yet')
    t.true(decided.kind === 'page' && decided.answer.headers['Set-Cookie']?.includes('session=new'))
  }
  const { decided } = await lead(t, 'consent', 'approve', undefined, ADMIN)
  t.is(decided.kind === 'page' && stateOn(decided.answer.body), 'admin')
  const answered = await lead(t, 'admin', 'approve', undefined, ADMIN)
  t.is(answered.decided.kind, 'approved')
  t.is(answered.events[0]?.event, 'consented')
  t.is((await lead(t, 'admin', 'deny', undefined, ADMIN)).decided.kind, 'denied')
  for (const decision of ['', 'Approve', 'yes']) {
    t.is((await lead(t, 'admin', decision, undefined, ADMIN)).decided.kind, 'denied', 'no button of ours')
  }
})

test('the question to whoever may do everything comes after signing in again, not in its place', async (t) => {
  const { server } = await openServer(t)
  const again: ConsentRequest = {
    client: CLIENT,
    scopes: [],
    kind: 'link',
    endpoint: 'approve',
    request: 'x',
    signInAgain: true,
  }
  const request = { query: '', headers: {}, address: undefined, readBody: async () => '' }
  const form = new Parameters('decision=approve')
  const decided = await readDecision(server, again, request, { form, session: ADMIN })
  t.is(decided.kind === 'page' && stateOn(decided.answer.body), 'password')
})

test('a form in which nothing was typed asks for it again, and a button that we do not have denies', async (t) => {
  const { server } = await openServer(t)
  const request = { query: '', headers: {}, address: undefined, readBody: async () => '' }
  const again: ConsentRequest = {
    signInAgain: true,
    client: CLIENT,
    scopes: [],
    kind: 'link',
    endpoint: 'approve',
    request: 'x',
  }
  for (const session of [undefined, { user: USER, id: 's1', signedInAt: 0 }]) {
    const form = new Parameters('decision=approve')
    const { kind } = await readDecision(server, again, request, { form, session })
    t.is(kind, 'page', 'a session is not enough where one has to sign in again')
  }
  for (const decision of ['', 'Approve', 'yes']) t.is((await lead(t, 'password', decision)).decided.kind, 'denied')
})

test('what was decided about a link is written down under its attempt', async (t) => {
  const who = { address: '192.0.2.1', client: CLIENT.id, scopes: ['music.read'], attempt: 'aB3-_xYz09' }
  t.deepEqual((await lead(t, 'consent', 'approve')).events, [{ event: 'consented', ...who, user: 'ada' }])
  t.deepEqual((await lead(t, 'consent', 'deny')).events, [{ event: 'denied', ...who, user: 'ada' }])
  t.deepEqual((await lead(t, 'password', 'deny')).events, [{ event: 'denied', ...who, user: undefined }])
})
