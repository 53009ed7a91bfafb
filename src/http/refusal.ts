/** What a catalogue says of one refusal: everything that doesn't depend on who was refused. */
export interface RefusalEntry {
  status: number
  /** To the program, as `error_description`: ASCII without `"` and `\`, what is wrong or what to do. */
  sentence: string
  /** To whoever reads docs/reference/errors.md: what happened, and what to do. */
  advice: string
}

/** A refusal: a stable code, what its catalogue says of it, and a detail for the log only. */
export abstract class Refusal<Code extends string> extends Error {
  readonly code: Code
  readonly status: number
  /** What really happened; for the log only. */
  readonly detail: string
  /** They go with the answer. */
  readonly headers: Record<string, string>

  constructor(
    code: Code,
    { status, sentence }: Pick<RefusalEntry, 'status' | 'sentence'>,
    detail = sentence,
    headers: Record<string, string> = {},
  ) {
    super(sentence)
    this.code = code
    this.status = status
    this.detail = detail
    this.headers = headers
  }

  /** The whole of it, for the log. */
  get note(): string {
    return `${this.code}: ${this.detail}`
  }
}
