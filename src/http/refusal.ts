/** A refusal: a stable code with its status, a public sentence, and a detail for the log only. */
export abstract class Refusal<Code extends string> extends Error {
  readonly code: Code
  readonly status: number
  /** What really happened; for the log only. */
  readonly detail: string

  constructor(code: Code, status: number, sentence: string, detail: string) {
    super(sentence)
    this.code = code
    this.status = status
    this.detail = detail
  }

  /** The whole of it, for the log. */
  get note(): string {
    return `${this.code}: ${this.detail}`
  }
}
