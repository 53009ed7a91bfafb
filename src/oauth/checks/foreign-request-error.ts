/** What came doesn't come from somebody who looks at a page of ours. The message is for the log only. */
export class ForeignRequestError extends Error {
  override name = 'ForeignRequestError'
}
