import type { Kind, Records, RevisedKind } from './records.ts'

export interface Entry<K extends Kind = Kind> {
  kind: K
  id: string
  value: Records[K]
  /** Milliseconds since 1970; absent for what never expires. */
  expiresAt?: number
}

export interface Page<K extends Kind> {
  entries: { id: string; value: Records[K] }[]
  /** Where the next page begins; absent on the last one. */
  cursor?: string
}

/**
 * What the rest of the house may ask of its memory. It says nothing of SQLite, so that another backend can stand in.
 * An expired row counts as absent everywhere. Every call throws `StorageError` when the backend fails.
 */
export interface Store {
  /**
   * Puts a row only if it is absent, together with `alongside`, all or nothing.
   * @returns whether it was put: of any number of callers, also in other processes, exactly one gets true.
   */
  insert<K extends Kind>(
    kind: K,
    id: string,
    value: Records[K],
    expiresAt?: number,
    alongside?: Entry[],
  ): Promise<boolean>
  /** @param asOf milliseconds since 1970: the row counts unless it had expired then; now, if absent. */
  get<K extends Kind>(kind: K, id: string, asOf?: number): Promise<Records[K] | undefined>
  put<K extends Kind>(kind: K, id: string, value: Records[K], expiresAt?: number): Promise<void>
  /** Gets and deletes in one step: only one caller gets the value. */
  take<K extends Kind>(kind: K, id: string): Promise<Records[K] | undefined>
  /**
   * Compare and swap: replaces the row that has this revision, and puts `alongside`, all or nothing. The new value has to
   * carry another revision.
   * @returns whether there was such a row.
   */
  replace<K extends RevisedKind>(
    kind: K,
    id: string,
    revision: number,
    value: Records[K],
    expiresAt?: number,
    alongside?: Entry[],
  ): Promise<boolean>
  /** Also an expired one goes, though it counts as none. @returns whether there was one. */
  delete(kind: Kind, id: string): Promise<boolean>
  /** The rows whose id begins with `prefix`, in the order of their ids, from `cursor` on. */
  list<K extends Kind>(kind: K, prefix: string, cursor: string | undefined, limit: number): Promise<Page<K>>
  /**
   * Deletes at most `limit` rows that had expired at `now`, of these kinds alone if any are given: then only some of
   * those that expired last are looked at.
   * @returns how many.
   */
  purgeExpired(now: number, limit: number, kinds?: Kind[]): Promise<number>
  /**
   * A number that differs from the last one if another process has changed anything since. Cheap and synchronous, for
   * a cache to ask before every use.
   */
  changesByOthers(): number
  /** Whether the last call reached the backend. Never does I/O. */
  healthy(): boolean
  /**
   * What a backend has to do from time to time, also while nobody calls: every few seconds.
   * @returns who should do something, and what. @throws StorageError while the backend can't be used.
   */
  maintain(): string | undefined
  close(): Promise<void>
}
