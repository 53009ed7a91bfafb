import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** Contenders have a core of their own; what makes and answers the load has the other. */
export const CONTENDERS_CORE = 0
export const LOAD_CORE = 1

/** Milliseconds for a process to listen, and to end. */
const PATIENCE = 15_000

/** `USER_HZ`, the same on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100

const running = new Set<ChildProcess>()
// Also when this process is interrupted or fails.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

export interface PinnedProcess {
  pid: number
  /** Seconds of processor time so far, of all its threads. */
  cpuTime: () => number
  /** Megabytes (of 1,048,576 bytes) in memory now, with the pages that it shares with others. */
  memory: () => number
  stop: () => Promise<void>
}

/** Starts a program on one core and waits until it listens on all of the ports. */
export async function startPinned(core: number, command: string[], ports: number[]): Promise<PinnedProcess> {
  // taskset becomes the program, so its pid is the program's.
  const child = spawn('taskset', ['-c', String(core), ...command], { stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-4000)
    })
  }
  const ended = once(child, 'close').finally(() => running.delete(child))
  const until = Date.now() + PATIENCE
  for (const port of ports) {
    while (!(await listens(port))) {
      if (child.exitCode !== null || Date.now() > until) {
        child.kill('SIGKILL')
        throw new Error(`${command.join(' ')} doesn't listen on ${port}: ${output}`)
      }
      await sleep(50)
    }
  }
  const pid = child.pid as number
  return {
    pid,
    cpuTime: () => cpuTime(pid),
    memory: () => memory(pid),
    async stop() {
      child.kill('SIGTERM')
      await Promise.race([ended, sleep(PATIENCE, undefined, { ref: false })])
      child.kill('SIGKILL')
    },
  }
}

/** @see proc_pid_stat(5): the fields 14 and 15; the second, the name, may have spaces. */
function cpuTime(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}

/** @see proc_pid_status(5) */
function memory(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

async function listens(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
