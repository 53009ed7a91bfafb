import { randomBytes } from 'node:crypto'
import test from 'ava'
import { aboutForm, checkOwnForm } from '../../../src/oauth/checks/check-own-form.ts'
import { newCsrfToken } from '../../../src/oauth/checks/csrf-token.ts'
import { ForeignRequestError } from '../../../src/oauth/checks/foreign-request-error.ts'
import { Parameters } from '../../../src/oauth/checks/parameters.ts'
import type { Session } from '../../../src/oauth/resource-owners.ts'
import { USER } from '../../support/grants.ts'

const [MINE, OTHER]: [Session, Session] = [
  { id: 'mine', user: USER, signedInAt: 0 },
  { id: 'other', user: USER, signedInAt: 0 },
]

interface Shown {
  endpoint: string
  request: string
  session?: Session
  question?: 'admin'
}

/** Whether a form that was shown so is taken for one of ours when it comes so. */
async function isTaken(
  shown: Shown,
  sent: Shown,
): Promise<'with a question' | 'with a session' | 'without one' | undefined> {
  const { token, cookie } = newCsrfToken(
    { randomBytes },
    undefined,
    aboutForm(shown.endpoint, shown.request, shown.session, shown.question),
  )
  const resourceOwners = { findSession: async () => sent.session } as never
  const request = { headers: { cookie: cookie.split(';')[0] } }
  const form = new Parameters(new URLSearchParams({ request: sent.request, csrf: token }).toString())
  try {
    const { session, question } = await checkOwnForm({ resourceOwners }, request, form, sent.endpoint)
    if (question) return 'with a question'
    return session ? 'with a session' : 'without one'
  } catch (error) {
    if (error instanceof ForeignRequestError) return undefined
    throw error
  }
}

const shown = { endpoint: 'approve', request: 'abc' }

test('31. a form comes back to the endpoint that it was made for, about the request that it was shown for', async (t) => {
  t.is(await isTaken(shown, shown), 'without one')
  t.is(await isTaken(shown, { ...shown, endpoint: 'device' }), undefined)
  t.is(await isTaken(shown, { ...shown, request: 'abd' }), undefined)
  t.is(await isTaken({ endpoint: 'a', request: 'b' }, { endpoint: 'ab', request: '' }), undefined)
})

test('31. a form that asked for the consent of a session is good in that one alone', async (t) => {
  const asking = { ...shown, session: MINE }
  t.is(await isTaken(asking, asking), 'with a session')
  t.is(await isTaken(asking, { ...shown, session: OTHER }), undefined)
  t.is(await isTaken(asking, shown), undefined)
})

test('31. a form that asked for a password has no session, whoever has signed in since', async (t) => {
  t.is(await isTaken(shown, { ...shown, session: MINE }), 'without one')
})

test('only a form that asked the question answers it, in the session in which it was asked', async (t) => {
  const asking = { ...shown, session: MINE, question: 'admin' as const }
  t.is(await isTaken(asking, asking), 'with a question')
  t.is(await isTaken({ ...shown, session: MINE }, asking), 'with a session', 'the consent page does not answer it')
  t.is(await isTaken(shown, asking), 'without one', 'and neither does one that asked for a password')
  t.is(await isTaken(asking, { ...shown, session: OTHER }), undefined)
  t.is(await isTaken(asking, shown), undefined)
  t.is(await isTaken(asking, { ...asking, request: 'abd' }), undefined)
})
