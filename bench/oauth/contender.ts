import type { PinnedProcess } from '../gateway/pinned-process.ts'

/** What both are started with. */
export interface Field {
  /** For files; gone when the run has ended. */
  folder: string
  /** PEM files, the same for both. */
  tls: { certificate: string; key: string; ca: string }
}

export interface Contender {
  name: string
  /** @param size live grants that are there from the beginning, each with a refresh and an access token */
  start: (field: Field, size: number) => Promise<RunningContender>
}

export interface RunningContender {
  process: PinnedProcess
  port: number
  tokenPath: string
  client: { client_id: string; client_secret: string }
  /** Gives out so many new codes, without the way there. */
  addCodes: (count: number) => Promise<string[]>
  /** Of the n-th grant that was there from the beginning. */
  refreshToken: (n: number) => string
  close: () => Promise<void>
}

export const REDIRECT_URI = 'https://alexa.amazon.co.jp/api/skill/link/MKXZK47785HJ2'
export const CLIENT = 'amazon-alexa'
export const SCOPES = ['music.control', 'user:read']
