import { randomInt } from 'node:crypto'
import type { ExecutionContext } from 'ava'

/** The seed of a property test, which says how to run it again. */
export function seedOf(t: ExecutionContext): number {
  const seed = Number(process.env.SKILLGATE_TEST_SEED ?? randomInt(2 ** 31))
  t.log(`seed ${seed}; again: SKILLGATE_TEST_SEED=${seed} npx ava ...`)
  return seed
}
