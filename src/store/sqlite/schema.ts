import type { DatabaseSync } from 'node:sqlite'

/** Exactly what the adapter would create, in all versions so far. A database without it has lost it. */
export const SCHEMA = [
  `CREATE TABLE "keyv"(key VARCHAR(255) NOT NULL, value TEXT, namespace VARCHAR(255) NOT NULL DEFAULT '', expires BIGINT DEFAULT NULL, UNIQUE(key, namespace))`,
  `CREATE INDEX "keyv_expires_idx" ON "keyv" (expires) WHERE expires IS NOT NULL`,
]

/** The version of the rows, which is in the file's header: 0 in a file that no Skillgate has made. */
export function readVersion(database: DatabaseSync): number {
  const row = database.prepare('SELECT user_version AS version FROM pragma_user_version').get()
  return (row as { version: number }).version
}
