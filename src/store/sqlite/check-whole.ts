import type { DatabaseSync } from 'node:sqlite'
import { DamageError } from './damage-error.ts'
import { SCHEMA } from './schema.ts'

/** Bytes up to which each row is compared with its entries in the indexes at every start: 0.7 s for 100,000 grants. */
const COMPARED_BYTES = 128 * 1024 * 1024

/**
 * What is in a row is checked when it is read.
 * @param size of the file, in bytes.
 * @throws DamageError when any page, index or table isn't what it should be.
 */
export function checkWhole(database: DatabaseSync, size: number): void {
  const [found] = Object.values(
    database.prepare(size <= COMPARED_BYTES ? 'PRAGMA integrity_check(1)' : 'PRAGMA quick_check(1)').get() ?? {},
  )
  if (found !== 'ok') throw new DamageError(`it is damaged (${String(found).replaceAll('\n', ' ')})`)
  const schema = database.prepare('SELECT name, sql FROM sqlite_schema').all() as { name: string; sql: string | null }[]
  for (const expected of SCHEMA) {
    const found = schema.some(({ name, sql }) => sql === expected && expected.includes(`"${name}"`))
    if (!found) throw new DamageError('it is damaged (its table is missing)')
  }
}
