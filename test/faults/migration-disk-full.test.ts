import { existsSync, mkdirSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { StorageError } from '../../src/files/storage-error.ts'
import { openKeyvStore } from '../../src/store/keyv-store.ts'
import { readDatabase, writeVersion1 } from '../store/fixtures/v1.ts'
import { temporaryFolder } from '../support/environment.ts'
import { mountSmallDisk, writes } from './small-disk.ts'

/** Bytes that opening the database takes by itself. */
const NEEDED_TO_OPEN = 128 * 1024

/** A database of version 1 of a megabyte on a disk that has so many times its size of room left. */
function writeOld(t: ExecutionContext, timesItsSize: number) {
  const folder = join(temporaryFolder(t), 'disk')
  mkdirSync(folder)
  if (!mountSmallDisk(t, folder)) return undefined
  const file = join(folder, 'skillgate.db')
  const value = { revision: 1, userName: 'ada', userId: 'u1', epoch: 0, createdAt: 1, lastUsedAt: 1 }
  writeVersion1(
    file,
    Array.from({ length: 5000 }, (_, i) => ({ kind: 'session', id: `${i}`, value })),
  )
  const room = NEEDED_TO_OPEN + timesItsSize * statSync(file).size
  const filler = join(folder, 'filler')
  const left = () => {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  }
  while (left() > room && writes(filler, 4096));
  return { folder, file, copy: `${file}.v1-backup`, before: readDatabase(file), makeRoom: () => rmSync(filler) }
}

const REFUSED = {
  instanceOf: StorageError,
  message: /can't be brought up to date: .*full.* and all takes up to \d MB: is there room\? Nothing was changed/,
}

test('where there is no room for the copy the database is not migrated, in words, and is as soon as there is room', async (t) => {
  const house = writeOld(t, 0.5)
  if (!house) return
  await t.throwsAsync(
    openKeyvStore(house.file, () => 0),
    REFUSED,
  )
  t.deepEqual(readDatabase(house.file), house.before)
  t.deepEqual(readdirSync(house.folder).sort(), ['filler', 'skillgate.db'])
  house.makeRoom()
  await (await openKeyvStore(house.file, () => 0)).close()
  t.is(readDatabase(house.file).version, 2)
  t.deepEqual(readDatabase(house.copy), house.before)
})

test('where there is room for the copy but not for the migration, all of it is undone', async (t) => {
  const house = writeOld(t, 1.5)
  if (!house) return
  await t.throwsAsync(
    openKeyvStore(house.file, () => 0),
    REFUSED,
  )
  t.deepEqual(readDatabase(house.file), house.before)
  t.true(existsSync(house.copy))
  house.makeRoom()
  await (await openKeyvStore(house.file, () => 0)).close()
  t.is(readDatabase(house.file).version, 2)
})
