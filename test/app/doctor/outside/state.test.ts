import test, { type ExecutionContext } from 'ava'
import { HOSTILE_STATE } from '../../../../src/app/doctor/outside/authorization-query.ts'
import { STATE } from '../../../../src/app/doctor/outside/state.ts'
import { type Answering, behind, lookAt, type Passing, startHealthy, startProxy } from '../../../support/patient.ts'

interface Meddling {
  ask?: (passing: Passing) => Passing | Answering
  answer?: (answering: Answering) => Answering
}

/** A gateway, that is looked at through whatever proxy. */
async function openLook(t: ExecutionContext) {
  const { house, patient } = await startHealthy(t)
  return async (meddling: Meddling) => {
    const [one, ...more] = await lookAt(STATE, behind(patient, await startProxy(t, house, meddling)))
    t.deepEqual(more, [])
    return `${one!.verdict}: ${one!.found}`
  }
}

test('the state has what gets lost where strings are put together', (t) => {
  t.true(HOSTILE_STATE.length > 1000)
  for (const one of ['"', "'", '<', '&amp;', '%41', '+', '=', '#', '\\', '日本', '🎵', ' '])
    t.true(HOSTILE_STATE.includes(one), one)
})

test('a state that comes back as it was is good', async (t) => {
  const look = await openLook(t)
  t.regex(await look({}), /^good: it opens, and a state of 1\d{3} odd characters comes back/)
})

test('a proxy that decodes, cuts or drops a state is found', async (t) => {
  const look = await openLook(t)
  const changed = (change: (state: string) => string) =>
    look({
      ask(passing) {
        const url = new URL(passing.path, 'https://dev.jasonhollis.com')
        url.searchParams.set('state', change(url.searchParams.get('state') ?? ''))
        return { ...passing, path: url.pathname + url.search }
      },
    })
  t.regex(
    await changed((state) => state.slice(0, 255)),
    /^fault: a state is lost.*the form of the page has another one, of 255 characters, the way back has another one/,
  )
  t.regex(await changed((state) => state.replace('%41', 'A')), /^fault: a state is lost on the way/)
})

test('a state that is changed on the way back alone is found', async (t) => {
  const look = await openLook(t)
  const answer = (answering: Answering) => {
    const { location } = answering.headers
    if (typeof location !== 'string') return answering
    return { ...answering, headers: { ...answering.headers, location: location.replaceAll('%2B', '+') } }
  }
  t.regex(await look({ answer }), /^fault: a state is lost on the way: the way back has another one/)
  const elsewhere = (answering: Answering) => ({
    ...answering,
    headers: {
      ...answering.headers,
      ...(answering.headers.location ? { location: 'https://dev.jasonhollis.com/' } : {}),
    },
  })
  t.regex(
    await look({ answer: elsewhere }),
    /^fault: a request that should go straight back to https:\/\/pitangui.* was answered 303 to https:\/\/dev/,
  )
})

test('a request that is too long for a proxy, and a page of its own, are told', async (t) => {
  const look = await openLook(t)
  const short = (passing: Passing) => (passing.path.length > 1024 ? { status: 414, headers: {}, body: '' } : passing)
  t.regex(await look({ ask: short }), /^fault: it does not open: 414, the request is too long/)
  const page = { status: 404, headers: { 'content-type': 'text/html' }, body: '<h1>Not Found</h1>' }
  t.regex(await look({ ask: () => page }), /^fault: it does not open: 404, and not by the gateway/)
})

test('without a client there is nothing to link', async (t) => {
  const { patient } = await startHealthy(t)
  const oauth = { ...patient.config.oauth, clients: [] }
  const [one] = await lookAt(STATE, { ...patient, config: { ...patient.config, oauth } })
  t.like(one, { verdict: 'fault', remedy: 'npx skillgate alexa console' })
})
