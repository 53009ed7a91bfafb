import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import test from 'ava'
import { code, openStore } from '../../support/keyv-store.ts'

const logSize = (file: string) => statSync(`${file}-wal`).size
/** A row that takes a megabyte of the log. */
const large = { ...code, redirectUri: `https://c.example/${'x'.repeat(1_000_000)}` }

/** Somebody who has begun to read, and goes on until told to stop. */
function readForLong(file: string): () => void {
  const reader = new DatabaseSync(file)
  reader.exec('BEGIN')
  reader.prepare('SELECT count(*) FROM keyv').get()
  return () => reader.close()
}

test('69. the log is emptied when nothing was written for a while, and not while something is', async (t) => {
  const { store, file } = await openStore(t)
  await store.put('code', 'x', code)
  t.is(store.maintain(), undefined)
  t.true(logSize(file) > 0)
  t.is(store.maintain(), undefined)
  t.is(logSize(file), 0)
  await store.put('code', 'y', code)
  t.true(logSize(file) > 0)
})

test('69. a log that is large is emptied also while something is written', async (t) => {
  const { store, file } = await openStore(t)
  const stop = readForLong(file)
  for (let i = 0; i < 5; i++) await store.put('code', `${i}`, large)
  stop()
  t.true(logSize(file) > 4_200_000)
  t.is(store.maintain(), undefined)
  t.is(logSize(file), 0)
})

test('69. who reads for so long that the log grows is told of, and when they have ended the space comes back', async (t) => {
  const { store, file } = await openStore(t)
  const stop = readForLong(file)
  for (let i = 0; i < 15; i++) await store.put('code', `${i}`, large)
  t.is(store.maintain(), undefined)
  for (let i = 15; i < 20; i++) await store.put('code', `${i}`, large)
  t.regex(store.maintain() ?? '', /-wal has grown to \d\d MB, for another program has been reading.* fuser -v \S+\.db /)
  t.true(store.healthy())
  stop()
  t.is(store.maintain(), undefined)
  t.is(logSize(file), 0)
})

test('69. after a long reader has ended commits alone keep the log at a megabyte', async (t) => {
  const { store, file } = await openStore(t)
  const stop = readForLong(file)
  for (let i = 0; i < 5; i++) await store.put('code', `${i}`, large)
  stop()
  for (let i = 0; i < 3; i++) await store.put('code', `small ${i}`, code)
  t.true(logSize(file) <= 1024 * 1024, `${logSize(file)} bytes`)
})

test('69. when the gateway stops the log is empty, also where another program has the database open', async (t) => {
  const { store, file } = await openStore(t)
  await store.put('code', 'x', code)
  const other = new DatabaseSync(file)
  other.prepare('SELECT count(*) FROM keyv').get()
  t.true(logSize(file) > 0)
  await store.close()
  t.is(logSize(file), 0)
  other.close()
})
