/** Why there is no document. */
export type DocumentProblemKind =
  /** The name leads nowhere. */
  | 'no address'
  /** Somebody's own network, or nobody's. */
  | 'not public'
  /** No connection, or one that broke off. */
  | 'unreachable'
  /** Whoever answers there can't prove to be it. */
  | 'certificate'
  | 'too slow'
  /** It is said to be elsewhere. */
  | 'redirect'
  /** Its server says that there is none: 404 or 410. */
  | 'gone'
  /** Any other status. */
  | 'status'
  | 'compressed'
  | 'another type'
  | 'too long'
  /** That is not HTTP. */
  | 'garbled'

/** There is no document that may be had. The message ends a sentence for the log. */
export class DocumentProblem extends Error {
  override name = 'DocumentProblem'
  readonly kind: DocumentProblemKind

  constructor(kind: DocumentProblemKind, message: string) {
    super(message)
    this.kind = kind
  }
}
