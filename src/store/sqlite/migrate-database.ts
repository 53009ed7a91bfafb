import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { StorageError } from '../../files/storage-error.ts'
import { SCHEMA_VERSION } from '../migrations/migrations.ts'
import { checkWhole } from './check-whole.ts'
import { DamageError } from './damage-error.ts'
import { isLocked } from './is-locked.ts'
import { type MigrationStep, migrateRows } from './migrate-rows.ts'
import { readUntouched } from './read-untouched.ts'
import { readVersion } from './schema.ts'
import { setCopyAside } from './set-copy-aside.ts'

/** Until another process that migrates has to be done. */
const MIGRATION_TIMEOUT_MS = 600_000
/** Until others who have the database open, and aren't migrating it, have to be gone. */
const OTHERS_TIMEOUT_MS = 2000
/** Between two tries. */
const PAUSE_MS = 10

export interface MigrationOptions {
  /** Is told where the copy of the database is, once all is done. */
  onMigrated?: (from: number, copy: string) => void
  step?: (step: MigrationStep) => void
  othersTimeoutMs?: number
}

/**
 * Turns a database of an earlier version into one of today's, after a copy was set aside. Meanwhile nobody else has it
 * open: an older Skillgate that went on would write rows of its own form, and take those of another for what they aren't.
 * @throws StorageError when it is of a newer version, somebody else has it open, or there is no room; DamageError when damaged.
 */
export async function migrateDatabase(
  file: string,
  { onMigrated, step = () => {}, othersTimeoutMs = OTHERS_TIMEOUT_MS }: MigrationOptions = {},
): Promise<void> {
  const started = performance.now()
  let lastReadable: number | undefined
  for (;;) {
    const version = versionOf(file)
    if (version === SCHEMA_VERSION) return
    if (version !== undefined) checkVersion(file, version)
    const migrated = version !== undefined && migrateAlone(file, step)
    if (migrated) return onMigrated?.(migrated.from, migrated.copy)

    const now = performance.now()
    // While it can't even be read, another process is migrating it.
    lastReadable = version === undefined ? undefined : (lastReadable ?? now)
    if (now - (lastReadable ?? now) > othersTimeoutMs) throw openElsewhere(file)
    if (now - started > MIGRATION_TIMEOUT_MS) throw openElsewhere(file)
    await setTimeout(PAUSE_MS)
  }
}

/** The copy that is set aside of a database of some version. */
function copyOf(file: string, version: number): string {
  return `${file}.v${version}-backup`
}

/** @returns undefined while another process has it for itself. */
function versionOf(file: string): number | undefined {
  try {
    return readUntouched(file, 0, readVersion)
  } catch (error) {
    if (!isLocked(error)) throw error
    return undefined
  }
}

function checkVersion(file: string, version: number): void {
  if (version > SCHEMA_VERSION) {
    throw new StorageError(
      `The database ${file} can't be opened: it was written by a newer Skillgate (version ${version}); this one knows up to ${SCHEMA_VERSION}. Nothing was changed. Install the newer one again, or put back a backup, such as ${copyOf(file, SCHEMA_VERSION)}.`,
    )
  }
  if (version < 1) throw new DamageError(`it is damaged, or no database of Skillgate (version ${version})`)
}

/** @returns undefined when somebody else has it open, or has just migrated it. */
function migrateAlone(file: string, step: (step: MigrationStep) => void): { from: number; copy: string } | undefined {
  const database = openAlone(file)
  if (!database) return undefined
  try {
    const from = readVersion(database)
    if (from >= SCHEMA_VERSION) return undefined
    step('alone')
    checkWhole(database, statSync(file).size)
    const copy = copyOf(file, from)
    try {
      setCopyAside(database, copy)
      step('copied')
      migrateRows(database, from, step)
    } catch (cause) {
      throw notMigrated(file, copy, cause as Error)
    }
    return { from, copy }
  } finally {
    database.close()
  }
}

/** In this mode SQLite keeps the lock that it has got until it closes. @returns undefined when it gets none. */
export function openAlone(file: string): DatabaseSync | undefined {
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = FULL; BEGIN EXCLUSIVE; COMMIT')
    return database
  } catch (error) {
    database.close()
    if (!isLocked(error)) throw error
    return undefined
  }
}

function openElsewhere(file: string): StorageError {
  return new StorageError(
    `The database ${file} has to be brought up to date, and another program has it open: perhaps a Skillgate that is still running. Stop it first. Nothing was changed.`,
  )
}

function notMigrated(file: string, copy: string, cause: Error): StorageError {
  const megabytes = Math.ceil((statSync(file).size * 3) / 1_000_000)
  return new StorageError(
    `The database ${file} can't be brought up to date: ${cause.message}. Before that a copy is set aside as ${copy}, and all takes up to ${megabytes} MB: is there room? Nothing was changed.`,
    { cause },
  )
}
