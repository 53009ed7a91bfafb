import type { Environment } from '../../config/environment.ts'
import type { AcmeFiles } from './acme-files.ts'
import { backOff } from './back-off.ts'
import { OrderError } from './order.ts'

/** After a certificate came, even if it were due again at once. Milliseconds. */
const LEAST_BETWEEN_MS = 60_000
/** So many tries in a row a restart makes at once, for somebody may have mended what was wrong. */
const FREE_TRIES = 3
/** No CA asks for longer; a clock that was wrong may have. */
const LONGEST_WAIT_MS = 8 * 86_400_000

/** When a CA is asked again after what went wrong; kept on the disk, for a service that crashes each minute is no reason. */
export interface OrderTries {
  /** From when on the next one may be. Milliseconds since 1970. @throws StorageError */
  next: () => Promise<number>
  /**
   * Makes one, and counts what becomes of it.
   * @param stopping when aborted, it is neither a failure nor a success. @throws what `run` throws, StorageError
   */
  attempt: (run: () => Promise<void>, stopping?: AbortSignal) => Promise<void>
  /** For somebody who wants one now. @throws OrderError while the CA asks to wait, StorageError */
  refuseWhileAskedToWait: () => Promise<void>
}

export function openTries(
  { files, names }: { files: Pick<AcmeFiles, 'tries' | 'keepTries'>; names: string[] },
  { now, randomBytes }: Pick<Environment, 'now' | 'randomBytes'>,
): OrderTries {
  const share = () => randomBytes(4).readUInt32BE() / 2 ** 32
  /** Undefined before what the process before this one left was read. */
  let pause: { since: number; until: number } | undefined

  async function left(): Promise<{ since: number; until: number }> {
    const { failures, unfinished, waitUntil, triedAt } = await files.tries(names)
    const tried = failures + unfinished
    const own = tried > FREE_TRIES ? backOff({ failures: tried, share: share() }) : 0
    return { since: triedAt || now(), until: Math.max(waitUntil, triedAt + own) }
  }

  async function next(): Promise<number> {
    pause ??= await left()
    const time = now()
    // The clock was set back: the pause is as long as it was meant to be.
    if (pause.since > time) pause = { since: time, until: pause.until - (pause.since - time) }
    if (pause.until > time + LONGEST_WAIT_MS) pause.until = time
    return pause.until
  }

  async function failed(error: unknown, failures: number): Promise<void> {
    const triedAt = now()
    const retryAfterMs = error instanceof OrderError ? error.details.retryAfterMs : undefined
    const until = triedAt + backOff({ failures, retryAfterMs, share: share() })
    pause = { since: triedAt, until }
    const waitUntil = retryAfterMs === undefined ? 0 : until
    await files.keepTries(names, { failures, unfinished: 0, waitUntil, triedAt })
  }

  return {
    next,
    async attempt(run, stopping) {
      const before = await files.tries(names)
      // What has no room for this has none for a certificate.
      await files.keepTries(names, { ...before, unfinished: before.unfinished + 1, triedAt: now() })
      try {
        await run()
      } catch (error) {
        if (!stopping?.aborted) await failed(error, before.failures + 1)
        throw error
      }
      pause = { since: now(), until: now() + LEAST_BETWEEN_MS }
      await files.keepTries(names, { failures: 0, unfinished: 0, waitUntil: 0, triedAt: now() })
    },
    async refuseWhileAskedToWait() {
      const { waitUntil } = await files.tries(names)
      if (waitUntil <= now() || waitUntil > now() + LONGEST_WAIT_MS) return
      throw new OrderError(
        `The CA asks to wait until ${new Date(waitUntil).toISOString()}: each try before that prolongs it. Skillgate tries again by itself.`,
      )
    },
  }
}
