import type { Sink } from './sinks/sink.ts'

/** In characters, of lines that wait or are being written. */
const DEFAULT_LIMIT = 1_048_576
/** In characters: so many aren't kept waiting for more. */
const BATCH_BYTES = 65_536
/** Milliseconds in which lines are collected, so that many become one write. */
const COLLECT_MS = 10
/** Milliseconds until the next try where the reader is slow: doubled each time, from the one to the other. */
const SLOW_MS = { first: 10, last: 200 }
/** Milliseconds until the next try after a failure: a closed pipe, a full disk. */
const FAILED_MS = 1000

export interface LineWriterOptions {
  /** In characters; a line that comes when so many wait is lost. */
  limit?: number
  /** Makes the line that stands where lines are missing. */
  sayLost: (count: number) => string
  /** Is told once when lines can't be written, and again only after one could be. May not throw. */
  onFailure?: (error: Error) => void
}

/** Never throws, and never makes anybody wait: what can't be written in time is lost, and counted. */
export interface LineWriter {
  /** @param line with its line feed. */
  write: (line: string) => void
  /** How many lines have been lost since the start. */
  lost: () => number
  /** Opens the file anew before the next line. */
  reopen: () => void
  /** Waits until all lines are written, for so many milliseconds at most. @returns whether they are. */
  flush: (timeoutMs: number) => Promise<boolean>
  /** The same; then gives back what is open. Lines that come later are lost. */
  close: (timeoutMs: number) => Promise<boolean>
}

export function openLineWriter(
  sink: Sink,
  { limit = DEFAULT_LIMIT, sayLost, onFailure = () => {} }: LineWriterOptions,
): LineWriter {
  /** Lines that wait, and those that are being written, of which `written` bytes are. */
  let waiting = ''
  let batch: Buffer = Buffer.alloc(0)
  let batchLength = 0
  let written = 0
  let writing = false
  let timer: NodeJS.Timeout | undefined
  let slowMs = SLOW_MS.first
  let lost = 0
  let unsaidLost = 0
  let failing = false
  let closed = false
  let whenEmpty: (() => void)[] = []

  function enqueue(line: string): void {
    if (closed || waiting.length + batchLength + line.length > limit) {
      lost++
      unsaidLost++
      return
    }
    if (unsaidLost > 0) sayWhatIsLost()
    waiting += line
    if (batchLength > 0 || writing) return
    if (waiting.length >= BATCH_BYTES) next()
    else if (timer === undefined) later(COLLECT_MS)
  }

  function sayWhatIsLost(): void {
    waiting += sayLost(unsaidLost)
    unsaidLost = 0
  }

  function later(milliseconds: number): void {
    clearTimeout(timer)
    timer = setTimeout(next, milliseconds)
    timer.unref()
  }

  /** One write, of what is left of a batch, or of all that waits. */
  function next(): void {
    clearTimeout(timer)
    timer = undefined
    if (writing || closed) return
    if (batchLength === 0) {
      if (unsaidLost > 0) sayWhatIsLost()
      if (waiting === '') {
        tellEmpty()
        return
      }
      batch = Buffer.from(waiting)
      batchLength = waiting.length
      written = 0
      waiting = ''
    }
    writing = true
    sink.write(batch, written, wrote)
  }

  function wrote(error: NodeJS.ErrnoException | null, end: number): void {
    writing = false
    if (closed) {
      sink.close()
      return
    }
    if (error) {
      const isSlow = error.code === 'EAGAIN'
      later(isSlow ? slowMs : FAILED_MS)
      if (isSlow) slowMs = Math.min(2 * slowMs, SLOW_MS.last)
      else if (!failing) onFailure(error)
      failing ||= !isSlow
      return
    }
    slowMs = SLOW_MS.first
    failing = false
    written = end
    if (written >= batch.length) {
      batch = Buffer.alloc(0)
      batchLength = 0
    }
    if (batchLength > 0 || waiting.length >= BATCH_BYTES || whenEmpty.length > 0) next()
    else if (waiting !== '' || unsaidLost > 0) later(COLLECT_MS)
  }

  function tellEmpty(): void {
    for (const tell of whenEmpty.splice(0)) tell()
  }

  async function flush(timeoutMs: number): Promise<boolean> {
    let deadline: NodeJS.Timeout | undefined
    const emptied = new Promise<boolean>((resolve) => {
      const tell = () => resolve(true)
      whenEmpty.push(tell)
      deadline = setTimeout(() => {
        whenEmpty = whenEmpty.filter((one) => one !== tell)
        resolve(false)
      }, timeoutMs)
    })
    // A failure from before may be over; if it isn't, this is the last try.
    next()
    const done = await emptied
    clearTimeout(deadline)
    return done
  }

  return {
    write: enqueue,
    lost: () => lost,
    reopen: () => sink.reopen(),
    flush,
    async close(timeoutMs) {
      const done = await flush(timeoutMs)
      closed = true
      clearTimeout(timer)
      // A number that is given back while it's written to may be another file's by then.
      if (!writing) sink.close()
      return done
    },
  }
}
