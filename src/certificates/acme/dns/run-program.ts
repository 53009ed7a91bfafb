import { spawn } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'

/** Of what a program says on its standard error: in characters, the last of it. */
const SAID_LIMIT = 4096
/** For what a program that has ended said before. */
const REST_TIMEOUT_MS = 1000

export interface Ended {
  /** Its exit code, or the signal that ended it. */
  code: number | NodeJS.Signals
  /** The end of its standard error. */
  said: string
  /** Whether it was ended because it took too long. */
  late: boolean
}

/**
 * Runs a program of the user's to its end. Only where a process may start others: in an errand, never in the gateway.
 * @throws an error of Node's, such as ENOENT, where it can't be run.
 */
export async function runProgram([program = '', ...words]: string[], timeoutMs: number): Promise<Ended> {
  // In a group of its own, so that what it has started ends with it.
  const child = spawn(program, words, { stdio: ['ignore', 'ignore', 'pipe'], detached: true })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-SAID_LIMIT)
  })
  const ended = Promise.withResolvers<number | NodeJS.Signals>()
  const read = Promise.withResolvers<void>()
  child.once('error', ended.reject)
  child.once('exit', (code, signal) => ended.resolve(signal ?? code ?? 0))
  child.stderr.once('close', () => read.resolve())
  let late = false
  const timer = setTimeout(() => {
    late = true
    endGroup(child.pid)
  }, timeoutMs)
  try {
    const code = await ended.promise
    // What it has started, and lives on, may hold on to this end for ever.
    await Promise.race([read.promise, wait(REST_TIMEOUT_MS, undefined, { ref: false })])
    return { code, said, late }
  } finally {
    clearTimeout(timer)
    child.stderr.destroy()
  }
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has just ended.
  }
}
