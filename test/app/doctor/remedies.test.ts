import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { COMMANDS } from '../../../src/cli/commands.ts'

const DOCTOR = new URL('../../../src/app/doctor/', import.meta.url).pathname
const CERTIFICATES = new URL('../../../src/certificates/', import.meta.url).pathname

/** Each `skillgate ...` that stands in a sentence of these folders: its words, and its options. */
function commandsIn(folder: string): { words: string[]; options: string[] }[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => {
      const source = readFileSync(join(folder, name), 'utf8').replaceAll(/^\s*(\/\/|\/?\*).*$/gm, '')
      return [...source.matchAll(/\bskillgate ((?:[a-z]+(?:-[a-z]+)*(?: |\b))+)([^`'";,.]*)/g)].map(
        ([, words = '', rest = '']) => ({
          words: words.trim().split(' '),
          options: [...rest.matchAll(/--([a-z-]+)/g)].map(([, option = '']) => option),
        }),
      )
    })
}

test('each command that the doctor tells somebody to type is one that there is, with its options', (t) => {
  const found = [...commandsIn(DOCTOR), ...commandsIn(CERTIFICATES)]
  t.true(found.length > 15)
  for (const { words, options } of found) {
    const [first = '', second = ''] = words
    const name = [`${first} ${second}`, first].find((one) => Object.hasOwn(COMMANDS, one))
    const shown = `skillgate ${words.join(' ')} ${options.join(' ')}`
    // Sentences such as "skillgate doctor gave itself a token" name the command too.
    t.truthy(name, shown)
    for (const option of options) t.true(COMMANDS[name ?? '']?.options?.includes(option as never), shown)
  }
})
