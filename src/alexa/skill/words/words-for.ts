import type { Language } from '../../../pages/language.ts'
import { de } from './de.ts'
import { en } from './en.ts'

/** All that the skill says. English has the shape; another language with a sentence missing is a type error. */
export type Words = typeof en

const WORDS: Record<Language, Words> = { en, de }

export function skillWords(language: Language): Words {
  return WORDS[language]
}

/** The language of a locale such as de-DE; English for whatever there are no words in. */
export function languageOfLocale(locale: string): Language {
  return locale.toLowerCase().startsWith('de') ? 'de' : 'en'
}
