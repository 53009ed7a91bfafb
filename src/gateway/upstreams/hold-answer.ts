import type { AnswerChannel } from '../exchange.ts'

/** The head of an answer. */
export interface AnswerHead {
  status: number
  /** Names and values in turn. */
  rawHeaders: string[]
}

export interface HoldOptions {
  /** Bytes. What is longer goes on as it comes, from there on. */
  limit: number
  /** Whether an answer that begins like this is held. */
  holds: (head: AnswerHead) => boolean
  /** What goes on in place of one that has come whole; as it came, if absent. */
  change?: (head: AnswerHead, body: Buffer) => AnswerHead & { body: Buffer }
  /** What is wrong with one that has come whole, by which it is refused; undefined where nothing is. */
  problemOf?: (body: Buffer) => string | undefined
  /** Tells the client, which has heard nothing yet, what the upstream did; one that broke off is cut off, if absent. */
  refuse?: (problem: string) => void
}

/** Holds an answer back until it has come whole: only then can it be changed, or taken back. */
export function holdAnswer(answer: AnswerChannel, options: HoldOptions): AnswerChannel {
  return new HeldAnswer(answer, options)
}

class HeldAnswer implements AnswerChannel {
  readonly #answer: AnswerChannel
  readonly #options: HoldOptions
  /** Undefined before an answer begins, and from when on it is held no longer. */
  #head: AnswerHead | undefined
  #chunks: Uint8Array[] = []
  #size = 0

  constructor(answer: AnswerChannel, options: HoldOptions) {
    this.#answer = answer
    this.#options = options
  }

  get begun(): boolean {
    return this.#head !== undefined || this.#answer.begun
  }

  get closed(): boolean {
    return this.#answer.closed
  }

  begin(status: number, rawHeaders: string[]): void {
    const head = { status, rawHeaders }
    if (this.#options.holds(head)) this.#head = head
    else this.#answer.begin(status, rawHeaders)
  }

  write(chunk: Uint8Array): boolean {
    if (!this.#head) return this.#answer.write(chunk)
    this.#chunks.push(chunk)
    this.#size += chunk.length
    return this.#size <= this.#options.limit || this.#release(this.#head)
  }

  /** It is too long to be held. @returns false when the client is slower. */
  #release({ status, rawHeaders }: AnswerHead): boolean {
    const held = Buffer.concat(this.#chunks)
    this.#head = undefined
    this.#chunks = []
    this.#answer.begin(status, rawHeaders)
    return this.#answer.write(held)
  }

  end(chunk?: Uint8Array): void {
    const head = this.#head
    if (!head) {
      this.#answer.end(chunk)
      return
    }
    if (chunk) this.#chunks.push(chunk)
    const came = Buffer.concat(this.#chunks)
    const { change, problemOf, refuse } = this.#options
    const problem = refuse && problemOf?.(came)
    if (refuse && problem !== undefined) {
      this.#head = undefined
      if (!this.#answer.closed) refuse(`answered ${problem}`)
      return
    }
    const { status, rawHeaders, body } = change ? change(head, came) : { ...head, body: came }
    this.#head = undefined
    this.#answer.begin(status, rawHeaders)
    this.#answer.end(body)
  }

  cut(): void {
    const { refuse } = this.#options
    const held = this.#head !== undefined
    this.#head = undefined
    if (held && refuse && !this.#answer.closed) refuse('broke off its answer')
    else this.#answer.cut()
  }

  closeConnection(): void {
    this.#answer.closeConnection()
  }

  onDrain(resume: () => void): void {
    this.#answer.onDrain(resume)
  }

  onClose(closed: (finished: boolean) => void): void {
    this.#answer.onClose(closed)
  }
}
