import type { Client, Lifetimes } from '../../config/schema.ts'

const SECOND_MS = 1000

/** How long what a client gets lives, in milliseconds. */
export interface TokenLifetimes {
  code: number
  accessToken: number
  /** From its last use. */
  refreshToken: number
  /** How long a rotated refresh token may come again. */
  refreshGrace: number
}

/** @param own what a client has of its own. */
export function lifetimesOf(all: Lifetimes, own: Client['lifetimes'] = {}): TokenLifetimes {
  const seconds = { ...all, ...withoutGaps(own) }
  return {
    code: seconds.code * SECOND_MS,
    accessToken: seconds.access_token * SECOND_MS,
    refreshToken: seconds.refresh_token * SECOND_MS,
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
