import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { writeWholeFile } from '../../src/files/write-whole-file.ts'

const root = await mkdtemp(join(tmpdir(), 'skillgate-write-'))
test.after.always(() => rm(root, { recursive: true }))
const newDirectory = () => mkdtemp(join(root, 'folder-'))

test('the file has the mode asked for and nothing else is left in the folder', async (t) => {
  const directory = await newDirectory()
  const path = join(directory, 'a.key')
  await writeWholeFile({ path, text: 'one', mode: 0o600, randomBytes })
  t.is((await stat(path)).mode & 0o777, 0o600)
  t.deepEqual(await readdir(directory), ['a.key'])
})

test('a file that others could read is replaced by one they cannot', async (t) => {
  const path = join(await newDirectory(), 'a.key')
  await writeFile(path, 'old', { mode: 0o644 })
  await writeWholeFile({ path, text: 'new', mode: 0o600, randomBytes })
  t.is(await readFile(path, 'utf8'), 'new')
  t.is((await stat(path)).mode & 0o777, 0o600)
})

test('of many that write a file if it is absent exactly one wins', async (t) => {
  const directory = await newDirectory()
  const path = join(directory, 'a.key')
  const write = (text: string) => writeWholeFile({ path, text, mode: 0o600, ifAbsent: true, randomBytes })
  await Promise.all(['1', '2', '3', '4', '5', '6'].map(write))
  const winner = await readFile(path, 'utf8')
  await write('late')
  t.is(await readFile(path, 'utf8'), winner)
  t.deepEqual(await readdir(directory), ['a.key'])
})

test('a write that fails leaves nothing behind and says which file it was', async (t) => {
  const directory = await newDirectory()
  const path = join(directory, 'a.key')
  await mkdir(path)
  const error = await t.throwsAsync(writeWholeFile({ path, text: 'one', mode: 0o600, randomBytes }), {
    name: 'StorageError',
  })
  t.true(error?.message.includes(path))
  t.deepEqual(await readdir(directory), ['a.key'])
})
