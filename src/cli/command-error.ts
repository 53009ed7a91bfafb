/** The words after `skillgate` make no sense, or an answer is missing; the message says what to type. */
export class CommandError extends Error {
  override name = 'CommandError'
}
