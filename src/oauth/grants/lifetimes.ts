import type { Client, Lifetimes as Configured } from '../../config/schema.ts'

const SECOND = 1000

/** How long what a client gets lives, in milliseconds. */
export interface Lifetimes {
  code: number
  accessToken: number
  /** From its last use. */
  refreshToken: number
  /** How long a rotated refresh token may come again. */
  refreshGrace: number
}

/** @param own what a client has of its own. */
export function lifetimesOf(all: Configured, own: Client['lifetimes'] = {}): Lifetimes {
  const seconds = { ...all, ...withoutGaps(own) }
  return {
    code: seconds.code * SECOND,
    accessToken: seconds.access_token * SECOND,
    refreshToken: seconds.refresh_token * SECOND,
    refreshGrace: seconds.refresh_grace * SECOND,
  }
}

function withoutGaps<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T
}

/** A grant's last use is written at most this often, for the sake of SD cards. Milliseconds. */
export const LAST_USE_PRECISION = 60 * SECOND

/** A code that comes again so soon is a client's retry; later it is somebody who copied it. Milliseconds. */
export const RETRY_WINDOW = 10 * SECOND
