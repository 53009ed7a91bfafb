import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { dirname, extname } from 'node:path'
import type { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { readErrandLines } from './errand-lines.ts'
import { grantPatterns } from './grant-patterns.ts'
import { codeOf } from './grants.ts'

/** What is done in a process of its own, that is there only while it works; `src/errand.ts` knows how. */
export interface Errands {
  /**
   * One after another.
   * @param job what is to be done, in JSON; its `kind` says by which file.
   * @param answer what the job asks meanwhile, such as to serve a challenge.
   * @throws ErrandError with what the job says in words, or that it didn't end.
   */
  run: <Result>(job: ErrandJob, answer?: (question: unknown) => Promise<unknown>) => Promise<Result>
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
  /** The program of the jobs. */
  program?: string
}

/** A CA may take minutes to look, and a record in the DNS an hour to be seen. */
const JOB_TIMEOUT_MS = 2 * 3_600_000
const CLOSE_TIMEOUT_MS = 1000
const SHELL = '/bin/sh'

/**
 * What waits for jobs, at a pipe of its own: Node leaves one that it reads not blocking when it is killed, and a shell
 * takes that for the end. Node hands its own permissions down in NODE_OPTIONS, also where an environment without was
 * asked for.
 */
const WAIT = `unset NODE_OPTIONS; while read -r number <&3; do "$@" "$number" 3<&- 2>&1; printf '\\nended %s\\n' "$?"; done`

const NODE_FLAGS = ['--permission', '--disable-sigusr1', '--disable-proto=delete', '--max-semi-space-size=4']

/** All that a job gets to know of the environment: where programs are, and by which proxy one gets out. */
const VARIABLES = ['PATH', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy']

/** docs/decisions/errands.md says why it is done like this. */
export function openErrands({
  mayRunPrograms = false,
  atOnce = false,
  timeoutMs = JOB_TIMEOUT_MS,
  program = errandProgram(),
}: ErrandOptions = {}): Errands {
  const hasShell = canWait()
  let waiting: ChildProcess | undefined
  let number = 0
  let last: Promise<unknown> = Promise.resolve()
  let isClosed = false

  function begin(): ChildProcess {
    const words = [process.execPath, ...flagsFor(program, mayRunPrograms), program]
    const [command, ...rest] = hasShell ? [SHELL, '-c', WAIT, 'sh', ...words] : [...words, String(number)]
    const stdio = ['pipe', 'pipe', 'ignore', ...(hasShell ? ['pipe'] : [])] as 'pipe'[]
    // A group of its own: what a terminal sends to the gateway is not for it.
    const child = spawn(command as string, rest, { env: cleanVariables(), stdio, detached: hasShell })
    // Gone already: then there is nobody to write to.
    for (const one of [child, ...child.stdio]) one?.on('error', () => {})
    for (const one of [child, ...child.stdio]) keepRunning(one, false)
    return child
  }

  async function runNow(job: ErrandJob, answer: (question: unknown) => Promise<unknown>): Promise<unknown> {
    if (isClosed) throw new ErrandError('Skillgate is stopping.')
    if (waiting && !isAlive(waiting)) waiting = undefined
    number += 1
    const child = waiting ?? tryToBegin(begin)
    if (hasShell) {
      waiting = child
      wakeUp(child).write(`${number}\n`)
    }
    keepRunning(child.stdout, true)
    const timer = setTimeout(() => lines.kill(), timeoutMs)
    const lines = readErrandLines(child, { number, job, answer })
    try {
      const { said, status, complaint } = await lines.ended
      if (said?.kind === 'result') return said.result
      if (said?.kind === 'error') throw new ErrandError(said.message, said.details)
      if (isClosed) throw new ErrandError('Skillgate is stopping.')
      throw new ErrandError(whyUnsaid(status, complaint, lines.wasKilled() ? timeoutMs : undefined))
    } finally {
      clearTimeout(timer)
      keepRunning(child.stdout, false)
    }
  }

  if (atOnce && hasShell) waiting = begin()
  return {
    run<Result>(job: ErrandJob, answer: (question: unknown) => Promise<unknown> = refuseToAnswer) {
      const done = last.then(() => runNow(job, answer))
      last = done.catch(() => {})
      return done as Promise<Result>
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

/** Reads its code and nothing else, writes nothing. */
function flagsFor(program: string, mayRunPrograms: boolean): string[] {
  const isKnown = (flag: string) => process.allowedNodeEnvironmentFlags.has(flag.replace(/=.*/, ''))
  const folders = codeOf(dirname(dirname(program)))
  return [
    ...[...NODE_FLAGS, '--allow-net'].filter(isKnown),
    ...grantPatterns({ files: [], folders }).map((path) => `--allow-fs-read=${path}`),
    `--allow-fs-read=${dirname(dirname(program))}/package.json`,
    ...(mayRunPrograms ? ['--allow-child-process', '--disable-warning=PERM0002'] : []),
  ]
}

function errandProgram(): string {
  // Compiled, it ends like this file.
  return fileURLToPath(new URL(`../../errand${extname(import.meta.url)}`, import.meta.url))
}

function cleanVariables(): NodeJS.ProcessEnv {
  return Object.fromEntries(VARIABLES.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])))
}
