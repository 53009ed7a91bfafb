/** What a row of some version holds. Never one of the types in `records.ts`: they move on, and a migration stays. */
export type StoredValue = Readonly<Record<string, unknown>>

/** What turns the rows of the version before into those of this one. Whatever was released is never changed. */
export interface Migration {
  /** The one that the rows have afterwards. */
  version: number
  /**
   * How a row changes, by its kind: pure functions, which leave alone what is of this version already. Rows of other
   * kinds stay as they are, and aren't even read.
   */
  rows: Readonly<Record<string, (value: StoredValue) => StoredValue>>
}
