import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { LOAD_CORE } from '../gateway/pinned-process.ts'
import { REDIRECT_URI, type RunningContender } from './contender.ts'
import type { LoadOrder, LoadResult } from './load.ts'

const LOAD = fileURLToPath(new URL('load.ts', import.meta.url))
const CONNECTIONS = 50

export interface Measurement extends LoadResult {
  requestsPerSecond: number
  /** Microseconds of processor time of the server for a request. */
  cpu: number
}

export type Work = (contender: RunningContender, seconds: number, size: number) => Promise<string[]>

/** More than any of them can answer in the time, or else the run ends early. */
const MOST_PER_SECOND = 6000

/** Forms that exchange a code each, which are given out first. */
export const exchange: Work = async (contender, seconds) => {
  const codes = await contender.addCodes(seconds * MOST_PER_SECOND)
  return codes.map((code) => form(contender, { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI }))
}

/** Forms that refresh, each with the token of any grant that was used less than a minute ago. */
export const refresh: Work = async (contender, seconds, size) => refreshes(contender, seconds, () => 2 * any(size / 2))

/** The same with grants that weren't, as Alexa's hourly ones: Skillgate prolongs the grant and the refresh token too. */
export const hourlyRefresh: Work = async (contender, seconds, size) =>
  refreshes(contender, seconds, () => 2 * any(size / 2) + 1)

function refreshes(contender: RunningContender, seconds: number, grant: () => number): string[] {
  return Array.from({ length: seconds * MOST_PER_SECOND }, () =>
    form(contender, { grant_type: 'refresh_token', refresh_token: contender.refreshToken(grant()) }),
  )
}

function any(below: number): number {
  return Math.floor(Math.random() * below)
}

function form({ client }: RunningContender, parameters: Record<string, string>): string {
  return new URLSearchParams({ ...parameters, ...client }).toString()
}

/** @throws Error when any request wasn't answered with tokens. */
export async function measure(
  { process: server, port, tokenPath: path }: RunningContender,
  ca: string,
  forms: string[],
  seconds: number,
): Promise<Measurement> {
  const order: LoadOrder = { port, path, ca, connections: CONNECTIONS, seconds, forms }
  const before = server.cpuTime()
  const child = spawn('taskset', ['-c', String(LOAD_CORE), process.execPath, LOAD], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  child.stdin.end(JSON.stringify(order))
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
  if (code !== 0) throw new Error(`the load ended with ${code}`)
  const result = JSON.parse(output) as LoadResult
  return {
    ...result,
    requestsPerSecond: result.requests / result.seconds,
    cpu: ((server.cpuTime() - before) * 1e6) / result.requests,
  }
}
