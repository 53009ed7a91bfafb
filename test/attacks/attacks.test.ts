import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import test from 'ava'

const TESTS = fileURLToPath(new URL('..', import.meta.url))
const ATTACKS = 75

/** The title of a test: "33. of 20 exchanges ...", and "3, 4. ..." where one is against both. */
const NUMBERED_TITLE = /\btest(?:\.\w+)?\(\s*['"`](\d+(?:, \d+)*)\. /g

/** An entry of the list: its number, and all that it says. */
const ENTRY = /^(\d+)\. (.+(?:\n +.+)*)/gm

/** A file of tests as the list names it: with its folder, without its ending. */
const TEST_FILE = /`([\w-]+(?:\/[\w-]+)+)`/g

/** The files in which a test's title begins with a number, by that number. */
function filesByNumber(): Map<number, Set<string>> {
  const found = new Map<number, Set<string>>()
  for (const file of globSync('**/*.test.ts', { cwd: TESTS })) {
    for (const [, numbers = ''] of readFileSync(`${TESTS}/${file}`, 'utf8').matchAll(NUMBERED_TITLE)) {
      for (const number of numbers.split(', ').map(Number)) {
        found.set(number, (found.get(number) ?? new Set()).add(file.replace('.test.ts', '')))
      }
    }
  }
  return found
}

const tested = filesByNumber()
const list = readFileSync(`${TESTS}/attacks/README.md`, 'utf8')
const entries = [...list.matchAll(ENTRY)].map(([, number, text = '']) => ({
  number: Number(number),
  files: [...text.matchAll(TEST_FILE)].map(([, file]) => file as string),
}))
const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1)

test('the list has each attack once, in order', (t) => {
  t.deepEqual(
    entries.map(({ number }) => number),
    upTo(ATTACKS),
  )
})

test('each attack has a test whose title begins with its number, and no other number is used', (t) => {
  t.deepEqual(
    [...tested.keys()].sort((a, b) => a - b),
    upTo(ATTACKS),
  )
})

test('below each attack stand the files that have its tests, all of them and in order', (t) => {
  for (const { number, files } of entries) t.deepEqual(files, [...(tested.get(number) ?? [])].sort(), `${number}.`)
})
