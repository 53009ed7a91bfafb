/** Where the bytes of a log go. */
export interface Sink {
  /**
   * Writes what stands in `bytes` from `offset` on, or some of it. Never throws, and never keeps the event loop waiting.
   * Not called again before it is done.
   * @param done is told up to where the bytes are written, which is before `offset` where a line has to be begun anew in
   * another file; or why none was, with the code `EAGAIN` where the reader is only slow.
   */
  write: (bytes: Buffer, offset: number, done: (error: NodeJS.ErrnoException | null, end: number) => void) => void
  /** Looks anew for where to write, at the next write. */
  reopen: () => void
  /** Gives back what it holds. Only called while nothing is being written, and nothing is written afterwards. */
  close: () => void
}
