import test from 'ava'
import { type Language, languageOf } from '../../src/pages/language.ts'

const cases: [acceptLanguage: string | undefined, language: Language][] = [
  [undefined, 'en'],
  ['', 'en'],
  ['de', 'de'],
  ['en', 'en'],
  ['fr', 'en'],
  ['de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7', 'de'],
  ['en-US,en;q=0.9,de;q=0.8', 'en'],
  ['de-AT', 'de'],
  ['DE-ch', 'de'],
  ['de-Latn-DE-1996', 'de'],
  ['de;q=0.4, en;q=0.5', 'en'],
  ['de;q=0.5, en;q=0.4', 'de'],
  ['fr, de;q=0.5', 'de'],
  ['fr, it;q=0.9, *;q=0.1', 'en'],
  ['*', 'en'],
  ['*, de', 'de'],
  ['en;q=0, de;q=0.1', 'de'],
  ['en;q=0.2, *', 'de'],
  ['de;q=0', 'en'],
  ['de;q=0, en;q=0', 'en'],
]

for (const [acceptLanguage, language] of cases) {
  test(`"Accept-Language: ${acceptLanguage}" gets ${language}`, (t) => {
    t.is(languageOf(acceptLanguage), language)
  })
}

test('garbage gets English, not an error', (t) => {
  const garbage = [
    ';',
    ',,,',
    ';q=1',
    'q=1',
    'de_DE',
    'deutsch',
    '-de',
    '*;q=x',
    '"',
    '\u0000',
    '__proto__',
    'constructor',
  ]
  for (const acceptLanguage of garbage) t.is(languageOf(acceptLanguage), 'en', JSON.stringify(acceptLanguage))
})

test('a weight that cannot be read does not turn an error up', (t) => {
  for (const weight of ['x', '-1', '', '1e9', 'NaN', '0.0.0'])
    t.true(['en', 'de'].includes(languageOf(`de;q=${weight}, en;q=0.5`)), weight)
})

test('a header of a length that no browser sends is not read at all', (t) => {
  const filling = (length: number) => 'de,'.padEnd(length, 'x')
  t.is(languageOf(filling(1000)), 'de')
  t.is(languageOf(filling(1001)), 'en')
})
