import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test, { type ExecutionContext } from 'ava'
import { groupCommits } from '../../../src/store/sqlite/group-commit.ts'
import { temporaryFolder } from '../../support/environment.ts'

const INSERT = 'INSERT INTO t (id) VALUES (?) RETURNING id'

/** A table whose ids have to be positive, on a connection that tells what it commits, and another connection to it. */
function open(t: ExecutionContext, patience = 2000, checkFiles = () => {}) {
  const file = join(temporaryFolder(t), 'test.db')
  const [database, other] = [new DatabaseSync(file), new DatabaseSync(file)]
  database.exec('PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 0; CREATE TABLE t (id INTEGER UNIQUE CHECK (id > 0))')
  const connection = groupCommits(database, patience, checkFiles)
  t.teardown(async () => {
    await connection.idle()
    database.close()
    other.close()
  })
  const transactions = { begun: 0 }
  const prepare = database.prepare.bind(database)
  database.prepare = (sql: string) => {
    const statement = prepare(sql)
    if (!sql.startsWith('BEGIN')) return statement
    const all = statement.all.bind(statement)
    statement.all = (...parameters: never[]) => {
      transactions.begun++
      return all(...parameters)
    }
    return statement
  }
  const ids = () => (other.prepare('SELECT id FROM t ORDER BY id').all() as { id: number }[]).map(({ id }) => id)
  return { database, other, ids, transactions, ...connection }
}

test('writes that come at the same time share one commit, and each gets its own answer', async (t) => {
  const { query, ids, transactions } = open(t)
  const answers = await Promise.all([3, 1, 2].map((id) => query(INSERT, [id])))
  t.deepEqual(
    answers.map(([row]) => ({ ...(row as object) })),
    [{ id: 3 }, { id: 1 }, { id: 2 }],
  )
  t.deepEqual(ids(), [1, 2, 3])
  t.is(transactions.begun, 1)
})

test('a commit is shared by no more than 32, for the rest of the process waits meanwhile', async (t) => {
  const { query, ids, transactions } = open(t)
  await Promise.all(Array.from({ length: 65 }, (_, i) => query(INSERT, [i + 1])))
  t.is(ids().length, 65)
  t.is(transactions.begun, 2)
})

test('nobody hears that something was written before it is in the database for others too', async (t) => {
  const { query, ids } = open(t)
  const seen: boolean[] = []
  await Promise.all([1, 2, 3].map((id) => query(INSERT, [id]).then(() => seen.push(ids().length === 3))))
  t.deepEqual(seen, [true, true, true])
})

test('a write that fails fails alone: those that came with it are written', async (t) => {
  const { query, ids } = open(t)
  const results = await Promise.allSettled([1, -1, 2, 2, 3].map((id) => query(INSERT, [id])))
  t.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled'],
  )
  t.deepEqual(ids(), [1, 2, 3])
})

test('also when the database ended the transaction by itself, the others are written', async (t) => {
  const { query, ids, database } = open(t)
  database.exec(`CREATE TRIGGER sabotage BEFORE INSERT ON t WHEN new.id = 2 BEGIN SELECT RAISE(ROLLBACK, 'no'); END`)
  const results = await Promise.allSettled([1, 2, 3].map((id) => query(INSERT, [id])))
  t.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  )
  t.deepEqual(ids(), [1, 3])
})

test('reading waits for nothing, and sees nothing that is not committed', async (t) => {
  const { query } = open(t)
  const writing = query(INSERT, [1])
  t.deepEqual(await query('SELECT id FROM t', []), [])
  await writing
  t.is((await query('SELECT id FROM t', [])).length, 1)
})

test('writes wait for another connection, and go on in the order in which they came', async (t) => {
  const { query, other, ids } = open(t)
  other.exec('BEGIN IMMEDIATE')
  const order: number[] = []
  const early = [1, 2].map((id) => query(INSERT, [id]).then(() => order.push(id)))
  await new Promise(setImmediate)
  const late = [3, 4].map((id) => query(INSERT, [id]).then(() => order.push(id)))
  await new Promise(setImmediate)
  t.deepEqual(order, [])
  other.exec('COMMIT')
  await Promise.all([...early, ...late])
  t.deepEqual(order, [1, 2, 3, 4])
  t.deepEqual(ids(), [1, 2, 3, 4])
})

test('no write waits longer than it has to for a lock, however many wait before it', async (t) => {
  const { query, other, ids } = open(t, 100)
  other.exec('BEGIN IMMEDIATE')
  const started = performance.now()
  const results: Promise<unknown>[] = []
  for (let i = 0; i < 100; i++) results.push(query(INSERT, [i + 1]).then(() => performance.now() - started))
  const outcomes = await Promise.allSettled(results)
  t.true(outcomes.every(({ status }) => status === 'rejected'))
  // One after the other they would wait for ten seconds, each for its own 100 ms.
  t.true(performance.now() - started < 5000)
  other.exec('COMMIT')
  t.deepEqual(ids(), [])
  await query(INSERT, [1])
  t.deepEqual(ids(), [1])
})

test('66. a write is not acknowledged if the file has gone while it was written, alone or with others', async (t) => {
  for (const count of [1, 3]) {
    let looks = 0
    const { query } = open(t, 2000, () => {
      if (++looks > 1) throw new Error('gone')
    })
    const results = await Promise.allSettled(Array.from({ length: count }, (_, i) => query(INSERT, [i + 1])))
    t.true(
      results.every(({ status }) => status === 'rejected'),
      `${count} at once`,
    )
  }
})

test('66. nothing is read or written where the file has gone before', async (t) => {
  const { query, ids } = open(t, 2000, () => {
    throw new Error('gone')
  })
  for (const call of [() => query(INSERT, [1]), () => query('SELECT id FROM t', [])]) {
    await t.throwsAsync(call, { message: 'gone' })
  }
  t.deepEqual(ids(), [])
})
