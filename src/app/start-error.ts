/** What the configuration asks for can't be done on this machine; the message says why, in plain words. */
export class StartError extends Error {
  override name = 'StartError'
}
