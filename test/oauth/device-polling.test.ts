import test from 'ava'
import { findWaiting, writeDecision } from '../../src/oauth/device/device-requests.ts'
import type { Store } from '../../src/store/store.ts'
import { openDevice } from '../support/device.ts'

test('until somebody answers the device is told to ask again', async (t) => {
  const { outcome, advance } = await openDevice(t)
  for (let time = 0; time < 3; time++) {
    t.is(await outcome(), 'authorization_pending')
    advance(5000)
  }
})

/** What each question gets: the first one at once, each of the others at its time, in milliseconds since the first. */
async function askAt(house: Awaited<ReturnType<typeof openDevice>>, times: number[]): Promise<string[]> {
  const outcomes: string[] = []
  let last = 0
  for (const time of [0, ...times]) {
    house.advance(time - last)
    last = time
    outcomes.push(await house.outcome())
  }
  return outcomes
}

const PENDING = 'authorization_pending'

test('a device that asks too early has to wait five seconds longer each time', async (t) => {
  const { outcome, advance } = await openDevice(t)
  t.is(await outcome(), 'authorization_pending')
  advance(3999)
  t.is(await outcome(), 'slow_down')
  advance(8999)
  t.is(await outcome(), 'slow_down')
  advance(13_999)
  t.is(await outcome(), 'slow_down')
  advance(19_000)
  t.is(await outcome(), 'authorization_pending')
  advance(18_999)
  t.is(await outcome(), 'slow_down')
})

test('a device that ticks each five seconds is never told to slow down for what its timer and the network are off by', async (t) => {
  // As the ticker of Go's x/oauth2 did: what comes late once is in time again the next time.
  const times = [5000, 9970, 14_980, 20_030, 24_960, 30_900, 34_990, 39_999]
  t.deepEqual(await askAt(await openDevice(t), times), Array(9).fill(PENDING))
})

test('a question may come a second too early, and not a millisecond more', async (t) => {
  t.deepEqual(await askAt(await openDevice(t), [4000, 8000, 12_000]), Array(4).fill(PENDING))
  t.deepEqual(await askAt(await openDevice(t), [3999]), [PENDING, 'slow_down'])
})

test('a question that comes again within a second is answered and not counted', async (t) => {
  const house = await openDevice(t)
  const { store, device } = house
  t.is(await house.outcome(), PENDING)
  const row = await store.get('device', device)
  house.advance(999)
  t.is(await house.outcome(), PENDING)
  t.deepEqual(await store.get('device', device), row, 'nothing is written, so the next one is measured from the first')
  house.advance(3001)
  t.is(await house.outcome(), PENDING)
  house.advance(1000)
  t.is(await house.outcome(), 'slow_down', 'a whole second later it is another question')
})

test('a device that asks ten times a second is slowed down within two, and in the end to a minute', async (t) => {
  const house = await openDevice(t)
  const outcomes = await askAt(
    house,
    Array.from({ length: 300 }, (_, index) => (index + 1) * 100),
  )
  t.is(outcomes.indexOf('slow_down'), 10)
  t.is((await house.store.get('device', house.device))?.interval, 60_000)
  t.deepEqual([...new Set(outcomes.slice(-180))], ['slow_down'])
})

test('a device that never waits has to wait for a minute at the most, and from then on nothing is written for it', async (t) => {
  const { outcome, ask, approve, advance, store, device } = await openDevice(t)
  await outcome()
  for (let interval = 10; interval <= 60; interval += 5) {
    advance(1000)
    t.is(await outcome(), 'slow_down')
    t.is((await store.get('device', device))?.interval, interval * 1000)
  }
  const row = await store.get('device', device)
  for (let time = 0; time < 20; time++) {
    advance(time === 0 ? 58_999 : 0)
    t.is(await outcome(), 'slow_down')
  }
  t.deepEqual(await store.get('device', device), row)
  advance(1)
  t.is(await outcome(), 'authorization_pending', 'a minute after it was last written down, though it has asked since')
  advance(1000)
  t.is(await outcome(), 'slow_down')
  await approve()
  t.is((await ask()).status, 200)
})

test('questions at the same time are one, and make no device slower', async (t) => {
  const { outcome, store, device } = await openDevice(t)
  const outcomes = await Promise.all(Array.from({ length: 5 }, () => outcome()))
  t.deepEqual(outcomes, Array(5).fill(PENDING))
  t.like(await store.get('device', device), { interval: 5000, revision: 2 })
})

test('an answer that is there is given at once, also to a device that asks too early', async (t) => {
  const { outcome, approve, advance } = await openDevice(t)
  t.is(await outcome(), 'authorization_pending')
  advance(1)
  await approve()
  t.is(await outcome(), '200')
})

/** Has this happen once, between the next reading of the device's row and its writing. */
function meanwhile({ server }: Awaited<ReturnType<typeof openDevice>>, happen: () => Promise<unknown>): void {
  const { store } = server
  const get: Store['get'] = async (kind, id) => {
    const row = await store.get(kind, id)
    if (kind === 'device') {
      server.store = store
      await happen()
    }
    return row
  }
  server.store = { ...store, get }
}

test('an answer is not lost because the device asks at the same moment', async (t) => {
  const house = await openDevice(t)
  meanwhile(house, async () => t.is(await house.outcome(), 'authorization_pending'))
  t.true(await house.approve())
  t.is(await house.outcome(), '200')
})

test('a device that asks while somebody answers gets the answer', async (t) => {
  const house = await openDevice(t)
  meanwhile(house, house.approve)
  t.is(await house.outcome(), '200')
})

test('a device code works until its 600 seconds are over, and then the device is told so', async (t) => {
  const { outcome, advance } = await openDevice(t)
  advance(599_999)
  t.is(await outcome(), 'authorization_pending')
  advance(1)
  t.is(await outcome(), 'expired_token')
  advance(599_999)
  t.is(await outcome(), 'expired_token')
  advance(1)
  t.is(await outcome(), 'invalid_grant')
})

test('approved, but fetched too late, it gives nothing', async (t) => {
  const { outcome, approve, advance, store } = await openDevice(t)
  await approve()
  advance(600_000)
  t.is(await outcome(), 'expired_token')
  t.deepEqual((await store.list('grant', '', undefined, 1)).entries, [])
})

test('of many answers one counts', async (t) => {
  const { server, device, approve, outcome } = await openDevice(t)
  const decided = await Promise.all([approve(), writeDecision(server, device, undefined), approve()])
  t.deepEqual(decided.toSorted(), [false, false, true])
  t.is(await outcome(), decided[1] ? 'access_denied' : '200')
})

test('nothing is to be decided about a device whose time is over', async (t) => {
  const { server, device, approve, advance } = await openDevice(t)
  advance(599_999)
  t.truthy(await findWaiting(server, device))
  advance(1)
  t.is(await findWaiting(server, device), undefined)
  t.false(await approve())
  t.is(await findWaiting(server, 'nonsense'), undefined)
})
