const SECOND = 1000
const DAY = 24 * 60 * 60 * SECOND

/** How long things live, in milliseconds. */
export const LIFETIME = {
  code: 300 * SECOND,
  accessToken: 3600 * SECOND,
  /** From its last use. */
  refreshToken: 90 * DAY,
}

/** A grant's last use is written at most this often, for the sake of SD cards. Milliseconds. */
export const LAST_USE_PRECISION = 60 * SECOND

/** A code that comes again so soon is a client's retry; later it is somebody who copied it. Milliseconds. */
export const RETRY_WINDOW = 10 * SECOND
