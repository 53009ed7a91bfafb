import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { openTurns } from '../../limits/in-turn.ts'
import { errandFlags, errandProgram, errandVariables } from './errand-command.ts'
import { readErrandLines } from './errand-lines.ts'

/** What is done in a process of its own, that is there only while it works; `src/errand.ts` knows how. */
export interface Errands {
  /**
   * One after another.
   * @param job what is to be done, in JSON; its `kind` says by which file.
   * @param answer what the job asks meanwhile, such as to serve a challenge.
   * @param stopping gives it up, also before its turn has come.
   * @throws ErrandError with what the job says in words, or that it didn't end.
   */
  run: <Result>(
    job: ErrandJob,
    answer?: (question: unknown) => Promise<unknown>,
    stopping?: AbortSignal,
  ) => Promise<Result>
  /** Why none can be done until a restart, in words. */
  trouble: () => string | undefined
  close: () => Promise<void>
}

export interface ErrandJob {
  kind: 'order' | 'renewal-info'
}

/** A job came to nothing; the message says why, in words. */
export class ErrandError extends Error {
  override name = 'ErrandError'
  /** What else the job says of it, in JSON. */
  readonly details: unknown

  constructor(message: string, details?: unknown) {
    super(message)
    this.details = details
  }
}

export interface ErrandOptions {
  /** Whether a job may run programs: only where the configuration names one. */
  mayRunPrograms?: boolean
  /** Whether the process that waits is there from now on; else from the first job on. */
  atOnce?: boolean
  /** For one job. Milliseconds. */
  timeoutMs?: number
  /** Is told, once, why none can be done until a restart. */
  onLost?: (why: string) => void
  /** The program of the jobs. */
  program?: string
}

/** A CA may take minutes to look, and a record in the DNS an hour to be seen. */
const JOB_TIMEOUT_MS = 2 * 3_600_000
const CLOSE_TIMEOUT_MS = 1000
const SHELL = '/bin/sh'
const GIVEN_UP = 'It is not wanted any more.'

/**
 * What waits for jobs, at a pipe of its own: Node leaves one that it reads not blocking when it is killed, and a shell
 * takes that for the end. Node hands its own permissions down in NODE_OPTIONS, also where an environment without was
 * asked for.
 */
const WAIT = `unset NODE_OPTIONS; while read -r number <&3; do "$@" "$number" 3<&- 2>&1; printf '\\nended %s\\n' "$?"; done`

/** docs/decisions/errands.md says why it is done like this. */
export function openErrands({
  mayRunPrograms = false,
  atOnce = false,
  timeoutMs = JOB_TIMEOUT_MS,
  program = errandProgram(),
  onLost = () => {},
}: ErrandOptions = {}): Errands {
  const hasShell = canWait()
  let waiting: ChildProcess | undefined
  let number = 0
  const inTurn = openTurns()
  let isClosed = false
  let trouble: string | undefined

  function begin(): ChildProcess {
    const words = [process.execPath, ...errandFlags(program, mayRunPrograms), program]
    const [command, ...rest] = hasShell ? [SHELL, '-c', WAIT, 'sh', ...words] : [...words, String(number)]
    const stdio = ['pipe', 'pipe', 'ignore', ...(hasShell ? ['pipe'] : [])] as 'pipe'[]
    // A group of its own: what a terminal sends to the gateway is not for it.
    const child = spawn(command as string, rest, { env: errandVariables(), stdio, detached: hasShell })
    // Gone already: then there is nobody to write to.
    for (const one of [child, ...child.stdio]) one?.on('error', () => {})
    for (const one of [child, ...child.stdio]) keepRunning(one, false)
    if (hasShell) child.once('exit', (code, signal) => lose(child, signal ?? code))
    return child
  }

  /** Somebody has ended what waits, which after the start can't be begun again. */
  function lose(child: ChildProcess, how: string | number | null): void {
    if (child !== waiting || isClosed || mayBegin()) return
    trouble = `The process that orders certificates is gone (${how}), and can only be started together with Skillgate: nothing is renewed until then. Restart Skillgate:  systemctl restart skillgate`
    onLost(trouble)
  }

  async function runNow(
    job: ErrandJob,
    answer: (question: unknown) => Promise<unknown>,
    stopping: AbortSignal | undefined,
  ): Promise<unknown> {
    if (isClosed) throw new ErrandError('Skillgate is stopping.')
    if (stopping?.aborted) throw new ErrandError(GIVEN_UP)
    if (waiting && !isAlive(waiting)) waiting = undefined
    number += 1
    const child = waiting ?? tryToBegin(begin)
    if (hasShell) {
      waiting = child
      wakeUp(child).write(`${number}\n`)
    }
    keepRunning(child.stdout, true)
    const lines = readErrandLines(child, { number, job, answer })
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
      // One that hasn't even begun can only be ended with what waits.
      if (!lines.kill()) endGroup(child)
    }, timeoutMs)
    const giveUp = () => void lines.kill()
    stopping?.addEventListener('abort', giveUp)
    try {
      const { said, status, complaint } = await lines.ended
      if (said?.kind === 'result') return said.result
      if (said?.kind === 'error') throw new ErrandError(said.message, said.details)
      if (isClosed) throw new ErrandError('Skillgate is stopping.')
      if (stopping?.aborted) throw new ErrandError(GIVEN_UP)
      if (lines.saidTooMuch()) throw new ErrandError('The process that did this said without end, and was ended.')
      throw new ErrandError(whyUnsaid(status, complaint, isLate ? timeoutMs : undefined))
    } finally {
      stopping?.removeEventListener('abort', giveUp)
      clearTimeout(timer)
      keepRunning(child.stdout, false)
    }
  }

  if (atOnce && hasShell) waiting = begin()
  return {
    trouble: () => trouble,
    run<Result>(
      job: ErrandJob,
      answer: (question: unknown) => Promise<unknown> = refuseToAnswer,
      stopping?: AbortSignal,
    ) {
      return inTurn(() => runNow(job, answer, stopping)) as Promise<Result>
    },
    async close() {
      isClosed = true
      const child = waiting
      if (!child || !isAlive(child)) return
      const gone = once(child, 'exit')
      child.stdin?.end()
      wakeUp(child).end()
      const timer = setTimeout(() => child.kill('SIGKILL'), CLOSE_TIMEOUT_MS)
      await gone
      clearTimeout(timer)
    },
  }
}

/** Whether a process can wait for errands; else each is started when it is needed. */
export function canWait(): boolean {
  return process.platform !== 'win32' && existsSync(SHELL)
}

/** Whether Node still lets this process start any. */
function mayBegin(): boolean {
  const { permission } = process as { permission?: { has: (scope: string) => boolean } }
  return permission === undefined || permission.has('child')
}

/** What waits, and the job that it has begun. */
function endGroup(child: ChildProcess): void {
  try {
    // Without a shell it is no group.
    if (canWait()) process.kill(-(child.pid as number), 'SIGKILL')
    else child.kill('SIGKILL')
  } catch {
    // It has just gone.
  }
}

/** What waits keeps no process running; a job that is under way does. */
function keepRunning(handle: object | null | undefined, does: boolean): void {
  const { ref, unref } = (handle ?? {}) as { ref?: () => void; unref?: () => void }
  ;(does ? ref : unref)?.call(handle)
}

function wakeUp({ stdio }: ChildProcess): Writable {
  return stdio[3] as Writable
}

/** Without permission for it, as after the start, Node refuses. @throws ErrandError */
function tryToBegin(begin: () => ChildProcess): ChildProcess {
  try {
    return begin()
  } catch (error) {
    throw new ErrandError(
      `The process that does this is not there, and can only be started together with Skillgate (${(error as Error).message}). Restart Skillgate:  systemctl restart skillgate`,
    )
  }
}

async function refuseToAnswer(): Promise<never> {
  throw new Error('nobody answers this')
}

function isAlive({ exitCode, signalCode, pid }: ChildProcess): boolean {
  return pid !== undefined && exitCode === null && signalCode === null
}

/** @param status as a shell tells it: 128 and more is a signal. */
function whyUnsaid(status: number | undefined, complaint: string, timeoutMs: number | undefined): string {
  if (timeoutMs !== undefined)
    return `It took more than ${timeoutMs / 1000} s, and was ended. It is tried again by itself; is the network slow, or the CA?`
  const how =
    status === undefined ? 'was killed' : status > 128 ? `was killed by signal ${status - 128}` : 'ended early'
  const what = complaint === '' || (status ?? 0) > 128 ? '' : ` It said: ${complaint}`
  return `The process that did this ${how}.${what} It is tried again by itself; if it goes on, look for what kills it ("dmesg | tail" tells whether memory was short).`
}
