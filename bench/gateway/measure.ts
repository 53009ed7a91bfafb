import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { PATH, type RunningContender } from './contender.ts'
import { LOAD_CORE } from './pinned-process.ts'

const SCRIPT = fileURLToPath(new URL('load.lua', import.meta.url))
const CONNECTIONS = 32

/** One run of the load. */
export interface Measurement {
  requestsPerSecond: number
  /** Milliseconds. */
  p50: number
  p99: number
  /** Microseconds of processor time: of the gateway, and of the checker that it asks. */
  gatewayCpu: number
  checkerCpu: number
  /** The part of the time in which the gateway's process was running. */
  busy: number
  /** Megabytes of the gateway's process when the load ends. */
  memory: number
}

/**
 * @param bodyFile what to POST; without it, this is GET.
 * @throws Error when any request wasn't answered 200.
 */
export async function measure(
  { processes, port, token }: RunningContender,
  seconds: number,
  bodyFile?: string,
): Promise<Measurement> {
  const flags = ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '-s', SCRIPT, `https://127.0.0.1:${port}${PATH}/players`]
  const words = ['-c', String(LOAD_CORE), 'wrk', ...flags, '--', token, ...(bodyFile ? [bodyFile] : [])]
  const before = processes.map(({ cpuTime }) => cpuTime())
  const { stdout } = await promisify(execFile)('taskset', words, { timeout: (seconds + 20) * 1000 })
  const [gateway = 0, checker = 0] = processes.map(({ cpuTime }, i) => cpuTime() - (before[i] as number))
  const { requests, microseconds, failed, p50, p99 } = JSON.parse(/^RESULT (.*)$/m.exec(stdout)?.[1] ?? '{}')
  if (!(requests > 0) || failed > 0) throw new Error(`the load failed: ${stdout}`)
  return {
    requestsPerSecond: requests / (microseconds / 1e6),
    p50: p50 / 1000,
    p99: p99 / 1000,
    gatewayCpu: (gateway * 1e6) / requests,
    checkerCpu: (checker * 1e6) / requests,
    busy: gateway / (microseconds / 1e6),
    memory: processes[0]?.memory() ?? Number.NaN,
  }
}
