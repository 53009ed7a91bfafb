import type { Language } from '../language.ts'
import { de } from './de.ts'
import { en } from './en.ts'

/** Everything that pages say. English has the shape; another language with a sentence missing is a type error. */
export type Words = typeof en

/** What can be explained on an error page. */
export type Explained = keyof Words['errors']

const WORDS: Record<Language, Words> = { en, de }

export function wordsFor(language: Language): Words {
  return WORDS[language]
}
