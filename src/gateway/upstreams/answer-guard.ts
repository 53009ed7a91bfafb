/** Bytes of all informational answers before an answer. */
const INTERIM_LIMIT = 16 * 1024

/** As far as the character after the status: `HTTP/1.1 200 `. */
const LINE_START_LENGTH = 13
/** A status of an answer that is one, and no number with more digits. */
const FINAL = /^HTTP\/1\.[01] [2-5]\d\d[ \r\n]/
const INTERIM = /^HTTP\/1\.1 1(?!01)\d\d[ \r\n]/
/** What they have in common, for a beginning that is too short to tell. */
const START = 'HTTP/1.'
const END_OF_HEAD = '\r\n\r\n'
const NOTHING = Buffer.alloc(0)

/**
 * Looks at how each answer on a connection begins, before undici reads it: undici takes an unasked 100 for an error, lets
 * each informational answer begin its time limit anew, and takes HTTP/2.0, and a status of 099 or 999, for an answer.
 */
export class AnswerGuard {
  /** Whether anything has come of the answer that is waited for. */
  begun = false
  /** Whether the answer is one of HTTP/1.0. */
  isOld = false
  /** Whether the connection ended in a way that says nothing about where a body does. */
  brokenOff = false
  #waits = false
  #held: Buffer = NOTHING
  #interimLength = 0

  /** A request is being sent. */
  awaitAnswer(): void {
    this.begun = false
    this.#waits = true
    this.#held = NOTHING
    this.#interimLength = 0
  }

  /**
   * @param chunk as it came.
   * @returns what of it is the answer, or undecided; without the informational ones before it, and possibly nothing.
   * @throws Error when it is no answer of HTTP/1.
   */
  pass(chunk: Buffer): Buffer {
    if (!this.#waits) return chunk
    this.begun = true
    let rest = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    this.#held = NOTHING
    while (rest.length >= LINE_START_LENGTH) {
      const start = rest.toString('latin1', 0, LINE_START_LENGTH)
      if (FINAL.test(start)) {
        this.#waits = false
        this.isOld = start[7] === '0'
        return rest
      }
      if (!INTERIM.test(start)) throw notHttp(start)
      const end = rest.indexOf(END_OF_HEAD)
      if (end < 0) break
      this.#countInterim(end)
      rest = rest.subarray(end + END_OF_HEAD.length)
    }
    const start = rest.toString('latin1', 0, START.length)
    if (!START.startsWith(start)) throw notHttp(start)
    if (this.#interimLength + rest.length > INTERIM_LIMIT) this.#countInterim(rest.length)
    this.#held = rest
    return NOTHING
  }

  #countInterim(length: number): void {
    this.#interimLength += length
    if (this.#interimLength > INTERIM_LIMIT) throw new Error(`over ${INTERIM_LIMIT} bytes of informational answers`)
  }
}

function notHttp(start: string): Error {
  return new Error(`no answer of HTTP/1, for it begins with ${JSON.stringify(start)}`)
}
