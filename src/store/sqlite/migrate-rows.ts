import type { DatabaseSync } from 'node:sqlite'
import { checkedJson } from '../checked-json.ts'
import type { StoredValue } from '../migrations/migration.ts'
import { changedKinds, migrateRow, SCHEMA_VERSION } from '../migrations/migrations.ts'

/** Rows that are in memory at once. */
const BATCH_ROWS = 500

/** Where a migration has got to; tests end the process there. */
export type MigrationStep = 'alone' | 'copied' | 'begun' | 'row' | 'migrated' | 'committed'

interface Row {
  key: string
  value: string
}

/** All rows and the version in one transaction. @throws Error when it can't be written; then nothing is. */
export function migrateRows(database: DatabaseSync, from: number, step: (step: MigrationStep) => void): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    step('begun')
    const write = database.prepare(`UPDATE keyv SET value = ? WHERE key = ? AND namespace = ''`)
    for (const kind of changedKinds(from)) {
      for (const { key, value } of rowsOf(database, kind)) {
        const migrated = migrateText(from, kind, value)
        if (migrated !== undefined) write.run(migrated, key)
        step('row')
      }
    }
    database.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`)
    step('migrated')
    database.exec('COMMIT')
  } catch (error) {
    // SQLite itself has ended it where the disk was full.
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
  step('committed')
}

function* rowsOf(database: DatabaseSync, kind: string): Generator<Row> {
  const page = database.prepare(
    `SELECT key, value FROM keyv WHERE namespace = '' AND key > ? AND key < ? ORDER BY key LIMIT ${BATCH_ROWS}`,
  )
  let last = `${kind}:`
  for (;;) {
    const rows = page.all(last, `${kind};`) as unknown as Row[]
    yield* rows
    if (rows.length < BATCH_ROWS) return
    last = rows.at(-1)!.key
  }
}

/** @returns undefined for a row that isn't what was written. It stays so, and goes on being an error to who reads it. */
function migrateText(from: number, kind: string, text: string): string | undefined {
  let row: { value: StoredValue; expires?: number }
  try {
    row = checkedJson.parse(text)
  } catch {
    return undefined
  }
  return checkedJson.stringify({ value: migrateRow(from, kind, row.value), expires: row.expires })
}
