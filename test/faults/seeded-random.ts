import type { ExecutionContext } from 'ava'

/** Numbers that look random, the same ones for a seed; which one it is, is told, so that a failure can be repeated. */
export function seededRandom(t: ExecutionContext): (below: number) => number {
  let state = Number(process.env.SEED ?? Date.now() % 2 ** 31)
  t.log(`SEED=${state}`)
  // A linear congruential generator, whose upper bits are good enough to choose places and moments.
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
