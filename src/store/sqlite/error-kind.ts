/**
 * What kind of error it is by SQLite's own numbers: the lower eight bits, without the details in the higher ones.
 * Undefined of any other error. @see https://sqlite.org/rescode.html
 */
export function errorKind(error: unknown): number | undefined {
  const { errcode } = error as { errcode?: number }
  return errcode === undefined ? undefined : errcode % 256
}
