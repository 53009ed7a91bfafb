import { KeyvSqlite } from '@keyv/sqlite'
import { Keyv } from 'keyv'
import { StorageError } from '../files/storage-error.ts'
import { checkedJson } from './checked-json.ts'
import type { Kind, Records } from './records.ts'
import { openSqlite, type SqliteOptions } from './sqlite/open-sqlite.ts'
import type { Entry, Store } from './store.ts'

type Row = { key: string; value: string }

/** The row with this key, unless it has expired. */
const LIVE = `key = ? AND namespace = '' AND (expires IS NULL OR expires > ?)`

const EXPIRED = 'SELECT rowid FROM keyv WHERE expires <= ?'
/** No further back than this, so that nobody waits for long where very many others have expired. */
const EXPIRED_OF_KINDS = `SELECT rowid FROM (SELECT rowid, key FROM keyv WHERE expires <= ? ORDER BY expires DESC LIMIT 1000)
  WHERE substr(key, 1, instr(key, ':') - 1) IN (SELECT value FROM json_each(?))`

/**
 * The store on Keyv with its SQLite adapter. Writing one row is Keyv's; what has to be one atomic
 * step is one SQL statement through the adapter's `query`, on the same rows.
 * @param file the database; its folder is made, with mode 0700, if it isn't there.
 * @throws StorageError when the file can't be opened, is damaged, gone, of a newer version, or can't be migrated.
 */
export async function openKeyvStore(file: string, now: () => number, options: SqliteOptions = {}): Promise<Store> {
  const sqlite = await openSqlite(file, options)
  const adapter = new KeyvSqlite({ uri: `sqlite://${file}`, driver: sqlite.driver })
  const keyv = new Keyv({ store: adapter, serialization: checkedJson })
  // Without a listener that throws, Keyv turns a broken database into "no such row".
  keyv.on('error', (cause: Error) => {
    throw cause instanceof StorageError ? cause : unreadable(cause)
  })
  await adapter.ready

  async function get<K extends Kind>(kind: K, id: string, asOf = now()): Promise<Records[K] | undefined> {
    // Keyv's own would delete an expired row, also where another process has put a new one in its place meanwhile.
    const [row] = (await adapter.query(`SELECT value FROM keyv WHERE ${LIVE}`, key(kind, id), asOf)) as Row[]
    return row && decode<K>(row.value)
  }

  function decode<K extends Kind>(row: string): Records[K] {
    try {
      return checkedJson.parse<{ value: Records[K] }>(row).value
    } catch (cause) {
      throw unreadable(cause as Error)
    }
  }

  function unreadable(cause: Error): StorageError {
    return new StorageError(`The database ${file} holds something unreadable: ${cause.message}`, { cause })
  }

  /** Puts all of them or none, in one statement, so that nobody can come between the question and the answer. */
  async function putAllIf(condition: string, parameters: (string | number)[], entries: Entry[]): Promise<boolean> {
    const rows = entries.map(() => '(?, ?, ?)').join(', ')
    const put = await adapter.query(
      `INSERT INTO keyv (key, value, namespace, expires) SELECT column1, column2, '', column3 FROM (VALUES ${rows})
       WHERE ${condition}
       ON CONFLICT (key, namespace) DO UPDATE SET value = excluded.value, expires = excluded.expires RETURNING key`,
      ...entries.flatMap((entry) => [
        key(entry.kind, entry.id),
        encode(entry.value, entry.expiresAt),
        entry.expiresAt ?? null,
      ]),
      ...parameters,
    )
    return put.length > 0
  }

  return {
    async insert(kind, id, value, expiresAt, alongside = []) {
      const absent = `NOT EXISTS (SELECT 1 FROM keyv WHERE ${LIVE})`
      return putAllIf(absent, [key(kind, id), now()], [{ kind, id, value, expiresAt }, ...alongside])
    },

    get,

    async put(kind, id, value, expiresAt) {
      await keyv.setRaw(key(kind, id), { value, expires: expiresAt })
    },

    async take<K extends Kind>(kind: K, id: string) {
      const taken = await adapter.query(`DELETE FROM keyv WHERE ${LIVE} RETURNING value`, key(kind, id), now())
      const row = taken[0] as Row | undefined
      return row && decode<K>(row.value)
    },

    async replace(kind, id, revision, value, expiresAt, alongside = []) {
      const same = `EXISTS (SELECT 1 FROM keyv WHERE ${LIVE} AND json_extract(value, '$.value.revision') = ?)`
      return putAllIf(same, [key(kind, id), now(), revision], [{ kind, id, value, expiresAt }, ...alongside])
    },

    async delete(kind, id) {
      // An expired one too: should the clock have been ahead, it must not be there again when it is right.
      const [row] = (await adapter.query(
        `DELETE FROM keyv WHERE key = ? AND namespace = '' RETURNING expires`,
        key(kind, id),
      )) as { expires: number | null }[]
      return row !== undefined && (row.expires === null || row.expires > now())
    },

    async list<K extends Kind>(kind: K, prefix: string, cursor: string | undefined, limit: number) {
      const first = key(kind, prefix)
      const rows = (await adapter.query(
        `SELECT key, value FROM keyv WHERE namespace = '' AND key >= ? AND key > ? AND key < ?
         AND (expires IS NULL OR expires > ?) ORDER BY key LIMIT ?`,
        first,
        cursor === undefined ? '' : key(kind, cursor),
        `${first}\u{10ffff}`,
        now(),
        limit + 1,
      )) as Row[]
      const entries = rows
        .slice(0, limit)
        .map((row) => ({ id: row.key.slice(kind.length + 1), value: decode<K>(row.value) }))
      return { entries, cursor: rows.length > limit ? entries.at(-1)?.id : undefined }
    },

    async purgeExpired(at, limit, kinds) {
      const [expired, parameters] = kinds ? [EXPIRED_OF_KINDS, [at, JSON.stringify(kinds)]] : [EXPIRED, [at]]
      const purged = await adapter.query(
        `DELETE FROM keyv WHERE rowid IN (${expired} LIMIT ?) RETURNING key`,
        ...parameters,
        limit,
      )
      return purged.length
    },

    changesByOthers: sqlite.dataVersion,
    healthy: sqlite.healthy,
    maintain: sqlite.maintain,
    close: () => adapter.close(),
  }
}

function key(kind: Kind, id: string): string {
  return `${kind}:${id}`
}

/** The form that Keyv itself writes. */
function encode(value: Records[Kind], expires: number | undefined): string {
  return checkedJson.stringify({ value, expires })
}
