import type { Migration, StoredValue } from './migration.ts'
import { toVersion2 } from './to-version-2.ts'

/** All that there were, in order. A change of `records.ts` that old rows don't fit needs another one at the end. */
export const MIGRATIONS: readonly Migration[] = [toVersion2]

/** Of the rows as `records.ts` describes them. */
export const SCHEMA_VERSION = 2

/** Turns a row of version `from` into one of today's. */
export function migrateRow(from: number, kind: string, value: StoredValue): StoredValue {
  return pending(from).reduce((row, { rows }) => rows[kind]?.(row) ?? row, value)
}

/** The kinds whose rows aren't what they were in version `from`. */
export function changedKinds(from: number): string[] {
  return [...new Set(pending(from).flatMap(({ rows }) => Object.keys(rows)))]
}

function pending(from: number): readonly Migration[] {
  return MIGRATIONS.filter(({ version }) => version > from)
}
