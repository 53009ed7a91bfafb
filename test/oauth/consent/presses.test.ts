import { mock } from 'node:test'
import test from 'ava'
import { newCsrfToken } from '../../../src/oauth/checks/csrf-token.ts'
import { Parameters } from '../../../src/oauth/checks/parameters.ts'
import { openPresses, type Press, type Pressed } from '../../../src/oauth/consent/presses.ts'
import { testEnvironment } from '../../support/environment.ts'

const environment = () => testEnvironment()
type Environment = ReturnType<typeof environment>

/** Of a browser of its own. */
function pressOf({ randomBytes }: Environment, text = 'decision=approve', endpoint = 'approve'): Press {
  const cookie = newCsrfToken({ randomBytes }, undefined, '').cookie.split(';')[0]
  return { endpoint, headers: { cookie }, form: new Parameters(text) }
}

const answer = (body: string) => ({ status: 303, headers: {}, body })

test('the same form of the same browser gets the same answer, and any other one an answer of its own', async (t) => {
  const here = environment()
  const pressOnce = openPresses(here)
  let acted = 0
  const act = async (): Promise<Pressed> => ({ answer: answer(`${++acted}`), again: {} })
  const press = pressOf(here)
  const bodyOf = async (one: Press) => (await pressOnce(one, act)).body
  t.is(await bodyOf(press), '1')
  t.is(await bodyOf({ ...press, form: new Parameters('decision=approve') }), '1')
  t.is(await bodyOf({ ...press, headers: { cookie: `${press.headers.cookie}; other=1` } }), '1')
  t.is(await bodyOf({ ...press, form: new Parameters('decision=approve&') }), '2')
  t.is(await bodyOf({ ...press, form: new Parameters('decision=%61pprove') }), '3')
  t.is(await bodyOf({ ...press, endpoint: 'device' }), '4')
  t.is(await bodyOf(pressOf(here)), '5')
})

test('a press waits for the same one that is under way; where that fails or is not to be repeated, it acts itself', async (t) => {
  const here = environment()
  const pressOnce = openPresses(here)
  const press = pressOf(here)
  const first = Promise.withResolvers<Pressed>()
  const order: string[] = []
  const act = (name: string, pressed: Promise<Pressed> | (() => Promise<Pressed>)) => () => {
    order.push(name)
    return typeof pressed === 'function' ? pressed() : pressed
  }
  const presses = [
    pressOnce(press, act('first', first.promise)),
    pressOnce(
      press,
      act('second', async () => ({ answer: answer('wrong password') })),
    ),
    pressOnce(
      press,
      act('third', async () => ({ answer: answer('good'), again: {} })),
    ),
    pressOnce(
      press,
      act('fourth', async () => ({ answer: answer('another'), again: {} })),
    ),
  ]
  first.reject(new Error('the store fails'))
  t.deepEqual(
    (await Promise.allSettled(presses)).map((one) =>
      one.status === 'fulfilled' ? one.value.body : one.reason.message,
    ),
    ['the store fails', 'wrong password', 'good', 'good'],
  )
  t.deepEqual(order, ['first', 'second', 'third'])
})

test('each time that an answer is given again it is renewed, and one that cannot be is as good as none', async (t) => {
  const here = environment()
  const pressOnce = openPresses(here)
  let renewed = 0
  let acted = 0
  const renew = async () => ++renewed < 3
  const press = pressOf(here)
  const pressAgain = async () =>
    (await pressOnce(press, async () => ({ answer: answer(`${++acted}`), again: { renew } }))).body
  for (const expected of [0, 1, 2]) {
    t.is(await pressAgain(), '1')
    t.is(renewed, expected)
  }
  t.deepEqual(await Promise.all([pressAgain(), pressAgain(), pressAgain()]), ['2', '3', '4'], 'none of them is renewed')
})

test.serial(
  'what is kept is forgotten after thirty seconds, also where nobody presses anything any more',
  async (t) => {
    mock.timers.enable({ apis: ['setTimeout'] })
    t.teardown(() => mock.timers.reset())
    const here = environment()
    const pressOnce = openPresses(here)
    let acted = 0
    const press = pressOf(here)
    const bodyOf = async () => (await pressOnce(press, async () => ({ answer: answer(`${++acted}`), again: {} }))).body
    t.is(await bodyOf(), '1')
    mock.timers.tick(29_999)
    t.is(await bodyOf(), '1')
    mock.timers.tick(1)
    t.is(await bodyOf(), '2', 'though by this clock no time has passed')
  },
)

test('so many answers are kept, the latest, and none for longer than it is good', async (t) => {
  const here = environment()
  const pressOnce = openPresses(here)
  let acted = 0
  const press = (text: string, forMs?: number) =>
    pressOnce({ ...pressed, form: new Parameters(text) }, async () => {
      acted++
      return { answer: answer(text), again: { forMs } }
    })
  const pressed = pressOf(here)
  for (let n = 0; n <= 100; n++) await press(`n=${n}`)
  t.is(acted, 101)
  for (let n = 1; n <= 100; n++) await press(`n=${n}`)
  t.is(acted, 101)
  await press('n=0')
  t.is(acted, 102)

  await press('short', 10_000)
  await press('long', 60_000)
  t.is(acted, 104)
  here.advance(9999)
  await press('short', 10_000)
  t.is(acted, 104)
  here.advance(1)
  await press('short', 10_000)
  t.is(acted, 105)
  here.advance(19_999)
  await press('long', 60_000)
  t.is(acted, 105)
  here.advance(1)
  await press('long', 60_000)
  t.is(acted, 106)
})
