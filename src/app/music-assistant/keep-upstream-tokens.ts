import { StorageError } from '../../files/storage-error.ts'
import type { Kept } from '../../music-assistant/tokens/personal-tokens.ts'
import type { House } from '../open-house.ts'
import { repeat, type Sleep, sleepQuietly } from '../repeat.ts'

/** Milliseconds between two looks at whether anything has changed, which costs microseconds. */
const INTERVAL_MS = 1000
/** Without any change, for a grant may end by its time, and a token be due. */
const WITHOUT_CHANGE_MS = 60_000
/** While something is left to do. */
const UNFINISHED_MS = 5000

type Tools = Pick<House, 'personalTokens' | 'facts' | 'log' | 'environment'> & { endingTokens: Kept['ending'] }

/**
 * Renews people's own tokens at upstreams, and ends there what no grant needs any more, whatever has ended that: a command,
 * another process, the calendar. So nothing that ends a grant has to wait for an upstream, or be there when it is down.
 * @returns stops it; resolves when the last look is over.
 */
export function keepUpstreamTokens(house: Tools, sleep: Sleep = sleepQuietly): () => Promise<void> {
  const { personalTokens, facts, log, environment } = house
  const { monotonic = () => performance.now() } = environment
  let seen: number | undefined
  let dueAt = 0

  async function look(): Promise<void> {
    const generation = facts.generation()
    if (generation === seen && monotonic() < dueAt) return
    const { ending, unfinished } = await personalTokens.keep()
    // What changed while it looked is for the next time.
    seen = generation
    dueAt = monotonic() + (unfinished ? UNFINISHED_MS : WITHOUT_CHANGE_MS)
    for (const token of ending) {
      if (house.endingTokens.some((one) => isSame(one, token))) continue
      const { userName: user, upstream, endsAt } = token
      const detail = `until ${new Date(endsAt).toISOString()}; it could not be renewed: sign in again, or link again`
      log.warn({ user, upstream, detail }, 'upstream token ends soon')
    }
    house.endingTokens = ending
  }

  return repeat(sleep, INTERVAL_MS, async () => {
    try {
      await look()
    } catch (error) {
      if (!(error instanceof StorageError)) throw error
      log.error({ detail: error.message }, 'store failed')
    }
    return INTERVAL_MS
  })
}

function isSame(one: Kept['ending'][number], other: Kept['ending'][number]): boolean {
  return one.userName === other.userName && one.upstream === other.upstream && one.endsAt === other.endsAt
}
