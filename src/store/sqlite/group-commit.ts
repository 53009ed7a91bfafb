import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { isLocked } from './is-locked.ts'

/** Between two tries. SQLite's own waiting would stop everything else in this process. */
const PAUSE_MS = 5
/** How many share a commit: nothing else happens in this process until they are done. */
const GROUP_LIMIT = 32

interface Write {
  sql: string
  parameters: SQLInputValue[]
  /** Of `performance.now()`: from then on a lock is an error. */
  deadline: number
  resolve: (rows: unknown[]) => void
  reject: (error: unknown) => void
}

export interface Connection {
  /** Runs one statement. What reads runs at once; what writes resolves when it is on the disk. */
  query: (sql: string, parameters: SQLInputValue[]) => Promise<unknown[]>
  run: (sql: string, parameters?: SQLInputValue[]) => unknown[]
  /** Resolves when nothing is being written. */
  idle: () => Promise<void>
}

/**
 * Waiting for the disk is most of what a write costs, so those that come at the same time wait together: they are one
 * transaction. Each is still all or nothing for itself: when one of them fails, they are undone and run one by one.
 * @param lockTimeoutMs for how long a statement waits for another connection's lock.
 * @param checkFiles throws where what is written would be lost. It is asked before each use and after each commit.
 */
export function groupCommits(
  database: DatabaseSync,
  lockTimeoutMs: number,
  checkFiles: () => void = () => {},
): Connection {
  const statements = new Map<string, StatementSync>()
  const waiting: Write[] = []
  let writing: Promise<void> | undefined

  function run(sql: string, parameters: SQLInputValue[] = []): unknown[] {
    const statement = statements.get(sql) ?? database.prepare(sql)
    statements.set(sql, statement)
    return statement.all(...parameters)
  }

  /** @throws what `attempt` throws last, if the lock isn't gone in time. */
  async function untilUnlocked<T>(deadline: number, attempt: () => T): Promise<T> {
    for (;;) {
      try {
        checkFiles()
        return attempt()
      } catch (error) {
        if (!isLocked(error) || performance.now() > deadline) throw error
        await setTimeout(PAUSE_MS)
      }
    }
  }

  async function writeAll(): Promise<void> {
    // Until whatever else has arrived by now has been looked at.
    await new Promise(setImmediate)
    while (waiting.length > 0) await write(waiting.splice(0, GROUP_LIMIT))
    writing = undefined
  }

  async function write(group: Write[]): Promise<void> {
    if (group.length === 1) return writeOneByOne(group)
    try {
      const results = await untilUnlocked(group[0]!.deadline, () => transaction(group))
      checkFiles()
      for (const [i, { resolve }] of group.entries()) resolve(results[i]!)
    } catch {
      await writeOneByOne(group)
    }
  }

  async function writeOneByOne(group: Write[]): Promise<void> {
    for (const { sql, parameters, deadline, resolve, reject } of group) {
      const written = untilUnlocked(deadline, () => run(sql, parameters))
      await written.then(checkFiles).then(async () => resolve(await written), reject)
    }
  }

  function transaction(group: Write[]): unknown[][] {
    run('BEGIN IMMEDIATE')
    try {
      const results = group.map(({ sql, parameters }) => run(sql, parameters))
      run('COMMIT')
      return results
    } catch (error) {
      // SQLite itself has ended it where the disk was full.
      if (database.isTransaction) run('ROLLBACK')
      throw error
    }
  }

  return {
    run,
    async query(sql, parameters) {
      const deadline = performance.now() + lockTimeoutMs
      if (/^\s*(SELECT|PRAGMA)\b/i.test(sql)) return untilUnlocked(deadline, () => run(sql, parameters))
      return new Promise((resolve, reject) => {
        waiting.push({ sql, parameters, deadline, resolve, reject })
        writing ??= writeAll()
      })
    },
    async idle() {
      await writing
    },
  }
}
