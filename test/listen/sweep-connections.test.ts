import test from 'ava'
import { type Guarded, newPace } from '../../src/listen/guarded.ts'
import { sweepConnections } from '../../src/listen/sweep-connections.ts'

const DEADLINES = { sendMs: 10_000, uploadRate: 1000, uploadGraceMs: 10_000 }

/** Sweeps at these moments over one connection that isn't open yet. @returns after which of them it was cut off. */
async function cutAt(moments: number[]): Promise<number | undefined> {
  const swept = Promise.withResolvers<void>()
  let sweeps = -1
  let cut: number | undefined
  const cutOff = () => {
    cut ??= sweeps
  }
  const one = { stage: 'handshake', speaker: undefined, openedAt: moments[0], pace: newPace(), cut: cutOff }
  const { stop } = sweepConnections({
    all() {
      // The sweep that comes next has seen all that the one before has done.
      if (sweeps === moments.length - 1) swept.resolve()
      return [one as unknown as Guarded]
    },
    isTight: () => false,
    deadlines: () => DEADLINES,
    attentive() {
      sweeps = Math.min(sweeps + 1, moments.length - 1)
      return moments[sweeps] as number
    },
    tooSlow() {},
  })
  // Its own timer keeps no process alive.
  const alive = setInterval(() => {}, 1000)
  await swept.promise
  clearInterval(alive)
  stop()
  return cut
}

test('a handshake has ten seconds', async (t) => {
  t.is(await cutAt([0, 1000, 9750]), undefined)
  t.is(await cutAt([0, 1000, 9750, 10_000]), 3)
})
