/** What is in the file isn't what was written: only a backup mends that. */
export class DamageError extends Error {
  override name = 'DamageError'
}
