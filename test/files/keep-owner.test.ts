import { randomBytes } from 'node:crypto'
import { chmodSync, chownSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { makeFolder } from '../../src/files/keep-owner.ts'
import { writeWholeFile } from '../../src/files/write-whole-file.ts'
import { folderForAll, mayBecomeAnother, NOBODY } from '../support/other-account.ts'

const write = (path: string) => writeWholeFile({ path, text: 'new', mode: 0o600, randomBytes })

function told(path: string) {
  const { uid, gid, mode } = statSync(path)
  return [uid, gid, (mode & 0o777).toString(8)]
}

test('68. what root writes into the folder of a service is the service account’s', async (t) => {
  if (!mayBecomeAnother(t)) return
  const folder = folderForAll(t)
  chownSync(folder, NOBODY, 1234)
  await write(join(folder, 'new.secret'))
  t.deepEqual(told(join(folder, 'new.secret')), [NOBODY, 1234, '600'])
  makeFolder(join(folder, 'a', 'b'))
  for (const made of ['a', 'a/b']) t.deepEqual(told(join(folder, made)), [NOBODY, 1234, '700'])
})

test('68. a file that root writes anew stays that of who had it; one that root has left there goes to the folder’s owner', async (t) => {
  if (!mayBecomeAnother(t)) return
  const folder = folderForAll(t)
  const path = join(folder, 'a.secret')
  writeFileSync(path, 'old')
  chownSync(path, NOBODY, NOBODY)
  await write(path)
  t.deepEqual(told(path), [NOBODY, NOBODY, '600'])
  chownSync(path, 0, 0)
  chownSync(folder, 4321, 4321)
  await write(path)
  t.deepEqual(told(path), [4321, 4321, '600'])
})

test('68. a file of root’s that a service’s group may read stays so, and others never may', async (t) => {
  if (!mayBecomeAnother(t)) return
  const path = join(folderForAll(t), 'a.secret')
  writeFileSync(path, 'old')
  chownSync(path, 0, NOBODY)
  for (const [before, after] of [
    [0o640, '640'],
    [0o644, '640'],
    [0o600, '600'],
  ] as const) {
    chmodSync(path, before)
    await write(path)
    t.deepEqual(told(path), [0, NOBODY, after])
  }
})

test('a folder is made with all that is missing above it, and one that is there stays as it is', (t) => {
  const folder = folderForAll(t)
  makeFolder(join(folder, 'a', 'b', 'c'))
  t.is(statSync(join(folder, 'a')).mode & 0o777, 0o700)
  mkdirSync(join(folder, 'there'), { mode: 0o755 })
  makeFolder(join(folder, 'there'))
  t.is(statSync(join(folder, 'there')).mode & 0o777, 0o755)
})
