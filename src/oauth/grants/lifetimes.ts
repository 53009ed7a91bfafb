import type { Client, Lifetimes } from '../../config/schema.ts'

const SECOND_MS = 1000

/** How long what a client gets lives, in milliseconds. */
export interface TokenLifetimes {
  code: number
  accessToken: number
  /** From its last use; undefined where it ends only when somebody ends it. A grant lives as long. */
  refreshToken: number | undefined
  /** How long a rotated refresh token may come again. */
  refreshGrace: number
}

/** Of a refresh token that rotates, and of what a client was allowed that never refreshes. Seconds from the last use. */
const UNLESS_KEPT_SECONDS = 7_776_000

/** What decides how long something lives, besides its configured seconds. */
type Kept = Pick<Client, 'refresh' | 'grant_types'>

/**
 * Alexa refreshes only when somebody speaks: what is kept has no end by the calendar, or a home that was on holiday would
 * be unlinked. @param own what a client has of its own.
 */
export function lifetimesOf(all: Lifetimes, client: Kept, own: Client['lifetimes'] = {}): TokenLifetimes {
  const seconds = { ...all, ...withoutGaps(own) }
  const isKept = client.refresh === 'keep' && client.grant_types.includes('refresh_token')
  const refreshToken = seconds.refresh_token ?? (isKept ? undefined : UNLESS_KEPT_SECONDS)
  return {
    code: seconds.code * SECOND_MS,
    accessToken: seconds.access_token * SECOND_MS,
    refreshToken: refreshToken === undefined ? undefined : refreshToken * SECOND_MS,
    refreshGrace: seconds.refresh_grace * SECOND_MS,
  }
}

function withoutGaps<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T
}

/** A grant's last use is written at most this often, for the sake of SD cards. */
export const LAST_USE_PRECISION_MS = 60 * SECOND_MS

/** A code that comes again so soon is a client's retry; later it is somebody who copied it. */
export const CODE_RETRY_WINDOW_MS = 10 * SECOND_MS
