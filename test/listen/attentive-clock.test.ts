import { setImmediate } from 'node:timers/promises'
import test from 'ava'
import { openAttentiveClock } from '../../src/listen/attentive-clock.ts'

/** A clock that has ticked at each of these moments but the first, which is its beginning. */
async function tickAt([beginning = 0, ...moments]: number[]) {
  let now = beginning
  const clock = openAttentiveClock(() => {
    const seen = now
    now = moments.shift() ?? seen
    return seen
  })
  // Its own timer keeps no process alive.
  const alive = setInterval(() => {}, 1000)
  while (moments.length > 0) await setImmediate()
  const ticks = clock.now()
  while (clock.now() === ticks) await setImmediate()
  clearInterval(alive)
  clock.stop()
  return clock
}

test('it counts the time in which the process came to its timers', async (t) => {
  t.is((await tickAt([0, 250, 500, 750])).now(), 750)
})

test('it counts one tick for a minute in which the process stood still', async (t) => {
  const { now, agoOnTheWall } = await tickAt([0, 250, 60_250, 60_500])
  t.is(now(), 750)
  t.deepEqual([250, 500, 700, 750].map(agoOnTheWall), [250, 60_250, 60_500, 60_500])
})

test('in its first seconds it has been attentive for longer than whatever is asked about has been there', async (t) => {
  const { agoOnTheWall } = await tickAt([1000, 1250, 1500.5])
  t.is(agoOnTheWall(10_000), 10_501)
})
