import { createHook } from 'node:async_hooks'

/** Watches the hashings of passwords that Node is asked for in this process, from here on. */
export function watchPasswordHashings() {
  const running = new Set<number>()
  let started = 0
  let most = 0
  const hook = createHook({
    init(id, type) {
      if (type !== 'ARGON2REQUEST') return
      started++
      running.add(id)
      most = Math.max(most, running.size)
    },
    // Called when the result is there, before whoever waits for it learns so.
    before: (id) => running.delete(id),
  })
  hook.enable()
  return {
    /** How many were started. */
    started: () => started,
    /** How many ran at the same time, at the most. */
    most: () => most,
    stop: () => hook.disable(),
  }
}
