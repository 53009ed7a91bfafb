import type { Language } from './language.ts'
import { dePasswords } from './words/de-passwords.ts'
import { enPasswords } from './words/en-passwords.ts'

/** English has the shape, as of all other words. */
export type PasswordWords = typeof enPasswords

/** Why a password can't be taken. */
export type PasswordProblem =
  | { kind: 'too-short' | 'too-long'; limit: number }
  | { kind: 'is-name' }
  | {
      kind: 'too-easy'
      warning?: keyof PasswordWords['warnings']
      suggestions: (keyof PasswordWords['suggestions'])[]
    }

const WORDS: Record<Language, PasswordWords> = { en: enPasswords, de: dePasswords }

/** Says it to the person who chose it, with what would be better. */
export function explainPasswordProblem(problem: PasswordProblem, language: Language): string {
  const words = WORDS[language]
  switch (problem.kind) {
    case 'too-short':
      return words.tooShort(`${problem.limit}`)
    case 'too-long':
      return words.tooLong(`${problem.limit}`)
    case 'is-name':
      return words.isName
    case 'too-easy': {
      const warning = problem.warning ? [words.warnings[problem.warning]] : []
      const suggestions = problem.suggestions.map((suggestion) => words.suggestions[suggestion])
      return [words.tooEasy, ...warning, ...suggestions, words.takeWords].join(' ')
    }
  }
}
