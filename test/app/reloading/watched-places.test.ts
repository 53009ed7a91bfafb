import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { watchedPlaces } from '../../../src/app/reloading/watched-places.ts'
import { temporaryFolder } from '../../support/environment.ts'

/** A folder without a symlink on the way to it, and where the ways to the files in it can change. */
function setUp(t: ExecutionContext) {
  const folder = realpathSync(temporaryFolder(t))
  const placesOf = async (file: string) =>
    (await watchedPlaces(join(folder, file))).map((place) => join(place.folder, `[${place.name}]`).slice(folder.length))
  return { folder, placesOf }
}

test('a plain file is watched in its folder', async (t) => {
  const { folder, placesOf } = setUp(t)
  mkdirSync(join(folder, 'a'))
  writeFileSync(join(folder, 'a/file'), '')
  t.deepEqual(await placesOf('a/file'), ['/a/[file]'])
})

test('a file that is missing is watched where the first missing part would appear', async (t) => {
  const { folder, placesOf } = setUp(t)
  mkdirSync(join(folder, 'a'))
  t.deepEqual(await placesOf('a/file'), ['/a/[file]'])
  t.deepEqual(await placesOf('a/b/c/file'), ['/a/[b]'])
})

test('every symlink on the way is watched, relative, absolute or to another one', async (t) => {
  const { folder, placesOf } = setUp(t)
  for (const name of ['a', 'b', 'b/c']) mkdirSync(join(folder, name))
  writeFileSync(join(folder, 'b/c/file'), '')
  symlinkSync('../b/./c/file', join(folder, 'a/relative'))
  symlinkSync(join(folder, 'b/c/file'), join(folder, 'a/absolute'))
  symlinkSync('relative', join(folder, 'a/twice'))
  symlinkSync('b/c', join(folder, 'directory'))
  t.deepEqual(await placesOf('a/relative'), ['/a/[relative]', '/b/c/[file]'])
  t.deepEqual(await placesOf('a/absolute'), ['/a/[absolute]', '/b/c/[file]'])
  t.deepEqual(await placesOf('a/twice'), ['/a/[twice]', '/a/[relative]', '/b/c/[file]'])
  t.deepEqual(await placesOf('directory/file'), ['/[directory]', '/b/c/[file]'])
})

test('what lies above a symlinked folder is what lies above its target', async (t) => {
  const { folder, placesOf } = setUp(t)
  for (const name of ['a', 'b', 'b/c']) mkdirSync(join(folder, name))
  writeFileSync(join(folder, 'b/file'), '')
  symlinkSync('../b/c', join(folder, 'a/directory'))
  symlinkSync('a/directory/../file', join(folder, 'link'))
  t.deepEqual(await placesOf('link'), ['/[link]', '/a/[directory]', '/b/[file]'])
})

test('a symlink to nowhere is watched, and where its target would appear', async (t) => {
  const { folder, placesOf } = setUp(t)
  symlinkSync('gone/file', join(folder, 'link'))
  t.deepEqual(await placesOf('link'), ['/[link]', '/[gone]'])
})

test('symlinks that lead in a circle come to an end', async (t) => {
  const { folder, placesOf } = setUp(t)
  symlinkSync('two', join(folder, 'one'))
  symlinkSync('one', join(folder, 'two'))
  t.deepEqual(new Set(await placesOf('one')), new Set(['/[one]', '/[two]']))
})
