import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import type { ExecutionContext } from 'ava'

/**
 * Takes the gateway's table away, from another connection.
 * @returns gives it back.
 */
export async function breakStore(t: ExecutionContext, { folder }: { folder: string }): Promise<() => Promise<void>> {
  const database = new DatabaseSync(join(folder, 'data', 'skillgate.db'))
  t.teardown(() => database.close())
  await executeUnlocked(database, 'ALTER TABLE keyv RENAME TO gone')
  return () => executeUnlocked(database, 'ALTER TABLE gone RENAME TO keyv')
}

/** The gateway, which is in this process, may be about to commit something: then it has to get to that first. */
export async function executeUnlocked(database: DatabaseSync, statement: string): Promise<void> {
  for (;;) {
    try {
      database.exec(statement)
      return
    } catch (error) {
      if (!/database (table )?is locked/.test(String(error))) throw error
      await setImmediate()
    }
  }
}
