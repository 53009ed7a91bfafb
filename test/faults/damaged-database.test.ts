import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { StorageError } from '../../src/files/storage-error.ts'
import { hashSecret } from '../../src/secrets/secret.ts'
import { openKeyvStore } from '../../src/store/keyv-store.ts'
import type { GrantRecord, TokenRecord } from '../../src/store/records.ts'
import { temporaryFolder, testEnvironment } from '../support/environment.ts'
import { seededRandom } from './seeded-random.ts'

const GRANTS = 300
const { now } = testEnvironment()

interface Rows {
  grants: Map<string, GrantRecord>
  tokens: Map<string, TokenRecord>
}

/** A database of some size, closed. @returns its bytes and what is in it. */
async function writeDatabase(t: ExecutionContext): Promise<{ whole: Buffer; rows: Rows }> {
  const file = join(temporaryFolder(t), 'data', 'skillgate.db')
  const store = await openKeyvStore(file, now)
  const rows: Rows = { grants: new Map(), tokens: new Map() }
  for (let i = 0; i < GRANTS; i++) {
    const [grant, token] = [`u${i % 7}.${hashSecret(`g${i}`)}`, hashSecret(`t${i}`)]
    const expiresAt = now() + 86_400_000 + i
    const owner = { userName: 'ada', userId: `u${i % 7}`, client: 'amazon-alexa', scopes: ['music.control'] }
    rows.grants.set(grant, { revision: 1, ...owner, createdAt: now(), lastUsedAt: now() })
    rows.tokens.set(token, { grant, scopes: owner.scopes, issuedAt: now(), expiresAt })
    const alongside = [{ kind: 'refresh', id: token, value: rows.tokens.get(token)!, expiresAt }] as const
    await store.insert('grant', grant, rows.grants.get(grant)!, expiresAt, [...alongside])
  }
  await store.close()
  return { whole: readFileSync(file), rows }
}

/** @returns how a start on this file went, and how many rows could be read. Each is as it was written, or an error. */
async function start(t: ExecutionContext, bytes: Buffer, { grants, tokens }: Rows, what: string) {
  const file = join(temporaryFolder(t), 'skillgate.db')
  writeFileSync(file, bytes)
  const store = await openKeyvStore(file, now).catch((error: unknown) => {
    t.true(error instanceof StorageError, `${what}: ${error}`)
    t.regex((error as Error).message, /can't be opened: .+ backup/s, what)
    return undefined
  })
  if (!store) return { refused: true, unreadable: 0 }
  let unreadable = 0
  const read = async <T>(get: () => Promise<T>, expected: T, id: string) => {
    try {
      t.deepEqual(await get(), expected, `${what}: ${id}`)
    } catch (error) {
      if (!(error instanceof StorageError)) throw error
      unreadable++
    }
  }
  for (const [id, grant] of grants) await read(() => store.get('grant', id), grant, id)
  for (const [id, token] of tokens) await read(() => store.get('refresh', id), token, id)
  await store.close()
  return { refused: false, unreadable }
}

test('a truncated database is refused, wherever it ends', async (t) => {
  const random = seededRandom(t)
  const { whole, rows } = await writeDatabase(t)
  const ends = [0, 1, 15, 16, 99, 100, 101, 4095, 4096, 4097, 8192, whole.length - 4096, whole.length - 1]
  while (ends.length < 80) ends.push(random(whole.length))
  for (const end of ends) {
    const { refused } = await start(t, whole.subarray(0, end), rows, `the first ${end} of ${whole.length} bytes`)
    t.true(refused, `${end} of ${whole.length} bytes`)
  }
})

test('after a bit has fallen over the database is refused, or every row is as it was or an error, and none is missing', async (t) => {
  const random = seededRandom(t)
  const { whole, rows } = await writeDatabase(t)
  const outcomes = { refused: 0, unreadable: 0, whole: 0 }
  for (let i = 0; i < 100; i++) {
    // Half of them where the schema and the header are.
    const [place, bit] = [random(i % 4 === 0 ? 100 : i % 4 === 1 ? 4096 : whole.length), random(8)]
    const bytes = Buffer.from(whole)
    bytes[place]! ^= 1 << bit
    const { refused, unreadable } = await start(t, bytes, rows, `bit ${bit} of byte ${place}`)
    outcomes[refused ? 'refused' : unreadable > 0 ? 'unreadable' : 'whole']++
    t.true(unreadable <= 1, `bit ${bit} of byte ${place} made ${unreadable} rows unreadable`)
  }
  t.log(outcomes)
  t.is((await start(t, whole, rows, 'the whole one')).unreadable, 0)
})
