import { Options } from '@zxcvbn-ts/core'
import test from 'ava'
import { explainPasswordProblem } from '../../src/pages/password-problem.ts'
import { dePasswords } from '../../src/pages/words/de-passwords.ts'
import { enPasswords } from '../../src/pages/words/en-passwords.ts'

test('74. whatever zxcvbn finds wrong, and advises, has words in each language, and nothing else has', (t) => {
  const { warnings, suggestions } = new Options().translations
  for (const words of [enPasswords, dePasswords]) {
    t.deepEqual(Object.keys(words.warnings), Object.keys(warnings))
    t.deepEqual(Object.keys(words.suggestions), Object.keys(suggestions))
  }
})

test('every sentence about a password is one, none was left in English, and people are addressed politely', (t) => {
  const sentences = ({ warnings, suggestions, tooEasy, takeWords, isName, tooShort, tooLong }: typeof enPasswords) => [
    ...[...Object.values(warnings), ...Object.values(suggestions), tooEasy, takeWords, isName],
    ...[tooShort('7'), tooLong('7')],
  ]
  const [en, de] = [sentences(enPasswords), sentences(dePasswords)]
  for (const [i, sentence] of en.entries()) {
    t.regex(sentence, /^\p{Lu}.*[^.]\.$/u)
    t.regex(de[i] ?? '', /^\p{Lu}.*[^.]\.$/u)
    t.not(sentence, de[i])
    t.notRegex(de[i] ?? '', /\b(du|dir|dich|deine?[rmns]?)\b/i)
  }
})

test('the reason comes first, then what would be better', (t) => {
  const problem = { kind: 'too-easy', warning: 'topTen', suggestions: ['anotherWord', 'capitalization'] } as const
  t.is(
    explainPasswordProblem({ ...problem, suggestions: [...problem.suggestions] }, 'en'),
    [
      'This password is too easy to guess. It is one of the ten passwords that everybody tries first.',
      'Add words that are less common. A capital at the beginning helps little.',
      'Take another one, such as four words that have nothing to do with each other.',
    ].join(' '),
  )
  t.is(
    explainPasswordProblem({ kind: 'too-easy', suggestions: [] }, 'en'),
    'This password is too easy to guess. Take another one, such as four words that have nothing to do with each other.',
  )
})
