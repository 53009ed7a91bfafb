import type { EventEmitter } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import type { ErrandJob } from './errands.ts'

/** The process that waits, or that of one job. */
export interface ErrandProcess extends EventEmitter {
  stdin: Writable | null
  stdout: Readable | null
}

/** What an errand says last. */
export type LastWord = { kind: 'result'; result: unknown } | { kind: 'error'; message: string; details?: unknown }

/** What a process of jobs sends, a line of JSON each. */
type Line =
  | { pid: number }
  | { question: unknown; id: number }
  | { result: unknown }
  | { error: string; details?: unknown }

/** Certificates take a few kilobytes. */
const LINE_LIMIT_CHARACTERS = 1_000_000
/** All that a job says. */
const TALK_LIMIT_BYTES = 10_000_000
const COMPLAINT_LIMIT_CHARACTERS = 1000

export interface ErrandLines {
  /** When the process of the job is gone, or the one that waits. Never rejects. */
  ended: Promise<{ said: LastWord | undefined; status: number | undefined; complaint: string }>
  /** @returns whether it is known by which number; else it is ended as soon as that is. */
  kill: () => boolean
  /** Whether it was ended because it said without end. */
  saidTooMuch: () => boolean
}

/**
 * Gives a process its job, and talks to it until it has ended.
 * @param number which the process was told, so that it knows its own job from what another has left unread.
 */
export function readErrandLines(
  child: ErrandProcess,
  { number, job, answer }: { number: number; job: ErrandJob; answer: (question: unknown) => Promise<unknown> },
): ErrandLines {
  const stdout = child.stdout as Readable
  const { promise: ended, resolve } = Promise.withResolvers<Awaited<ErrandLines['ended']>>()
  let said: LastWord | undefined
  let pid: number | undefined
  let isKilled = false
  let isTooMuch = false
  let talk = 0
  let rest = ''
  let complaint = ''

  const kill = () => {
    isKilled = true
    if (pid !== undefined) tryToKill(pid)
    return pid !== undefined
  }
  // Not as soon as it has exited: what it said last may not have been read.
  const onClose = (code: number | null) => end(code ?? undefined)
  const onText = (text: Buffer) => {
    const lines = `${rest}${text.toString()}`.split('\n')
    rest = lines.pop() ?? ''
    talk += text.length
    for (const line of lines) read(line)
    if (rest.length <= LINE_LIMIT_CHARACTERS && talk <= TALK_LIMIT_BYTES) return
    isTooMuch = true
    // Of a line that is so long nothing is wanted, but how it ends.
    rest = rest.slice(-COMPLAINT_LIMIT_CHARACTERS)
    kill()
  }

  function complain(line: string): undefined {
    complaint = `${complaint}\n${line}`.slice(-COMPLAINT_LIMIT_CHARACTERS)
  }

  function read(line: string): undefined {
    const status = /^ended (\d+)$/.exec(line)?.[1]
    if (status !== undefined) return end(Number(status))
    const message = parse(line)
    // Of Node's own, such as a stack.
    if (!message) return complain(line)
    if ('pid' in message) begun(message.pid)
    else if ('question' in message) void reply(message)
    else if ('result' in message) said = { kind: 'result', result: message.result }
    else said = { kind: 'error', message: message.error, details: message.details }
  }

  /** It says so first of all, before it has talked to anybody; later it could name another's. */
  function begun(own: number): void {
    if (pid !== undefined || !(Number.isSafeInteger(own) && own > 1)) return
    pid = own
    if (isKilled) kill()
  }

  async function reply({ question, id }: { question: unknown; id: number }): Promise<void> {
    try {
      send({ id, answer: await answer(question) })
    } catch (error) {
      send({ id, refusal: (error as Error).message })
    }
  }

  function send(message: object): void {
    if (child.stdin?.writable) child.stdin.write(`${JSON.stringify(message)}\n`)
  }

  function end(status: number | undefined): undefined {
    child.off('close', onClose)
    stdout.off('data', onText)
    resolve({ said, status, complaint: complaint.trim() })
  }

  child.once('close', onClose)
  stdout.on('data', onText)
  send({ number, job })
  return { ended, kill, saidTooMuch: () => isTooMuch }
}

/** Cut off where the process was killed, so not always JSON. */
function parse(line: string): Line | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    return JSON.parse(line) as Line
  } catch {
    return undefined
  }
}

function tryToKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has just gone.
  }
}
