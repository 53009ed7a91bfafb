import { setTimeout } from 'node:timers/promises'

/** Resolves once it holds: for what can only be looked at, and that nothing tells of. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await setTimeout(10)
}
