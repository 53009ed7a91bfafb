import type { Environment } from '../config/environment.ts'
import { limitLines } from './limit-lines.ts'
import type { RequestRecord } from './request-record.ts'

/**
 * How many lines strangers may cause: what was refused, or never came to its end, and what was answered, such as the
 * pictures of a page that needs no sign-in. A line has some 400 bytes, so all of them are less than 200 MB a day.
 */
const LIMITS = {
  refused: { linesInWindow: 200, windowMs: 10_000, linesInHour: 10_000 },
  answered: { linesInWindow: 500, windowMs: 10_000, linesInHour: 10_000 },
}

type Kind = keyof typeof LIMITS

export interface StrangerLimit {
  /** Whether this request gets its line. */
  isLogged: (record: RequestRecord) => boolean
  /** Tells how many were left out, if there are any that nobody was told of. */
  settle: () => void
}

/**
 * Keeps strangers from filling the disk and pushing everything else out of sight: of their requests only so many get a
 * line. What somebody did who is known always has one.
 * @param sayLeftOut is told of all that were left out in a window, when it has passed.
 */
export function limitStrangers(
  environment: Pick<Environment, 'now'>,
  sayLeftOut: (count: number, kind: Kind) => void,
  change: Partial<(typeof LIMITS)[Kind]> = {},
): StrangerLimit {
  const limit = (kind: Kind) =>
    limitLines(environment, (count) => sayLeftOut(count, kind), { ...LIMITS[kind], ...change })
  const limits = { refused: limit('refused'), answered: limit('answered') }

  return {
    isLogged: (record) => isKnown(record) || limits[kindOf(record)].take(),
    settle() {
      limits.refused.settle()
      limits.answered.settle()
    },
  }
}

function isKnown({ user, client, grant }: RequestRecord): boolean {
  return user !== undefined || client !== undefined || grant !== undefined
}

function kindOf({ ending, status = 0 }: RequestRecord): Kind {
  const isEnded = ending !== 'refused' && ending !== 'client left' && ending !== 'timed out'
  return isEnded && status > 0 && status < 400 ? 'answered' : 'refused'
}
