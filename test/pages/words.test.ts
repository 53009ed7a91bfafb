import test from 'ava'
import type { GatewayErrorCode } from '../../src/http/gateway-error.ts'
import { Html } from '../../src/pages/html.ts'
import { type Explained, wordsFor } from '../../src/pages/words/words-for.ts'
import { examplePages, LANGUAGES } from './examples.ts'

type Leaf = string | ((...values: string[]) => string | Html)

/** Every sentence of a language, by where it stands. */
function leaves(value: object, path: string): [path: string, leaf: Leaf][] {
  return Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === 'object' ? leaves(inner, `${path}.${key}`) : [[`${path}.${key}`, inner]],
  )
}

function say(leaf: Leaf, ...values: string[]): string {
  const said = typeof leaf === 'string' ? leaf : leaf(...values)
  return said instanceof Html ? said.text : said
}

test('every sentence is there in each language, and none was left in English', (t) => {
  const [en, de] = LANGUAGES.map((language) => leaves(wordsFor(language), 'words'))
  t.deepEqual(
    en?.map(([path]) => path),
    de?.map(([path]) => path),
  )
  for (const [i, [path, leaf]] of en!.entries()) t.not(say(leaf, 'A', 'B'), say(de![i]![1], 'A', 'B'), path)
})

test('every value that goes into a sentence is shown by it, in each language', (t) => {
  const values = ['Zebra', 'Koala']
  const english = new Map(leaves(wordsFor('en'), 'words'))
  for (const language of LANGUAGES)
    for (const [path, leaf] of leaves(wordsFor(language), 'words'))
      for (const value of values.slice(0, english.get(path)?.length))
        if (typeof leaf === 'function') t.true(say(leaf, ...values).includes(value), `${language}: ${path}: ${value}`)
})

test('every sentence is one, and people are addressed politely', (t) => {
  for (const language of LANGUAGES)
    for (const [path, leaf] of leaves(wordsFor(language), language)) {
      const said = say(leaf, 'A', 'B')
      t.is(said.trim(), said, path)
      t.notRegex(said, / {2}|undefined|null|\[object|\$\{|\.\.| [.,:;?]/, path)
      // Said by Alexa, which says du: docs/decisions/skill.md.
      if (language === 'de' && path !== 'de.linkAccount')
        t.notRegex(said, /\b(du|dir|dich|deine?[rmns]?|euch|eure?[rmns]?)\b/i, path)
    }
})

test('the sentences of errors end with a full stop, the titles without', (t) => {
  for (const language of LANGUAGES)
    for (const [code, { title, sentences }] of Object.entries(wordsFor(language).errors)) {
      t.regex(title, /\p{L}$/u, code)
      t.true(sentences.length > 0, code)
      for (const sentence of sentences) t.regex(sentence, /^\p{Lu}.*[^.]\.$/u, code)
    }
})

test('waiting is told in minutes, one or several', (t) => {
  const { problems: en } = wordsFor('en')
  const { problems: de } = wordsFor('de')
  for (const what of ['wait-password', 'wait-code'] as const) {
    t.regex(en[what](1), /for the next minute,/)
    t.regex(en[what](15), /for the next 15 minutes,/)
    t.regex(de[what](1), /in der nächsten Minute /)
    t.regex(de[what](15), /in den nächsten 15 Minuten /)
  }
})

test('whatever the gateway refuses is explained', (t) => {
  // A code without an explanation is a type error here.
  const explained: Record<GatewayErrorCode, unknown> = wordsFor('en').errors
  const others: Explained[] = [
    'unauthorized',
    'invalid_token',
    'insufficient_scope',
    'link_does_not_work',
    'start_again',
  ]
  t.true('not_found' in explained)
  for (const code of others) t.true(code in explained, code)
})

test('every sentence is on some page', (t) => {
  for (const language of LANGUAGES) {
    const all = wordsFor(language)
    const used = new Set<string>()
    watch(all, 'words', used)
    examplePages(language)
    for (const [path] of leaves(all, 'words')) t.true(used.has(path), `${language}: ${path}`)
  }
})

/** Notes every sentence that is looked up from now on. */
function watch(value: object, path: string, used: Set<string>): void {
  for (const [key, inner] of Object.entries(value)) {
    if (typeof inner === 'object') watch(inner, `${path}.${key}`, used)
    else
      Object.defineProperty(value, key, {
        enumerable: true,
        get: () => {
          used.add(`${path}.${key}`)
          return inner
        },
      })
  }
}
