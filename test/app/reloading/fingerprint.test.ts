import { mkdirSync, renameSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { fingerprintOf, outsideOf } from '../../../src/app/reloading/fingerprint.ts'
import { temporaryFolder } from '../../support/environment.ts'

test('the outside of a file changes with whoever writes it, the inside with its content alone', async (t) => {
  const file = join(temporaryFolder(t), 'file')
  writeFileSync(file, 'first')
  const first = await fingerprintOf(file)
  t.deepEqual(await fingerprintOf(file), first)
  t.is((await outsideOf(file)).outside, first.outside)

  utimesSync(file, 1, 1)
  const touched = await fingerprintOf(file)
  t.not(touched.outside, first.outside)
  t.is(touched.inside, first.inside)

  writeFileSync(`${file}.new`, 'other')
  renameSync(`${file}.new`, file)
  const replaced = await fingerprintOf(file)
  t.not(replaced.outside, touched.outside)
  t.not(replaced.inside, touched.inside)
})

test('a symlink has the fingerprint of what it leads to', async (t) => {
  const folder = temporaryFolder(t)
  writeFileSync(join(folder, 'file'), 'content')
  symlinkSync('file', join(folder, 'link'))
  t.deepEqual(await fingerprintOf(join(folder, 'link')), await fingerprintOf(join(folder, 'file')))
})

test('a file that is missing has the reason as its fingerprint', async (t) => {
  const file = join(temporaryFolder(t), 'file')
  t.deepEqual(await fingerprintOf(file), { outside: 'ENOENT', inside: 'ENOENT' })
})

test('of 1,048,576 bytes the content is read, of one more only the outside', async (t) => {
  const file = join(temporaryFolder(t), 'file')
  const isRead = async (size: number) => {
    writeFileSync(file, 'a'.repeat(size))
    const { outside, inside } = await fingerprintOf(file)
    return outside !== inside
  }
  t.true(await isRead(1_048_576))
  t.false(await isRead(1_048_577))
})

test('a folder in the place of a file is not read', async (t) => {
  const folder = join(temporaryFolder(t), 'folder')
  mkdirSync(folder)
  const { outside, inside } = await fingerprintOf(folder)
  t.is(inside, outside)
})
