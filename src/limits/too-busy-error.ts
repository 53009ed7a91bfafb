/** So much of the same is being done at this moment that one more would wait for long. */
export class TooBusyError extends Error {
  override name = 'TooBusyError'
}
