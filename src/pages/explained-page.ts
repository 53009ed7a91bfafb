import type { Answer } from '../http/answer.ts'
import { errorPage } from './error-page.ts'
import { languageOf } from './language.ts'
import { type Explained, wordsFor } from './words/words-for.ts'

export interface Explanation {
  status: number
  /** The `Accept-Language` of whoever reads it. */
  accepted: string | undefined
  /** What is wrong, in technical English, where that helps whoever can mend it. */
  cause?: string
  headers?: Answer['headers']
}

/** The page that explains a refusal in the reader's language: what happened, and what to do now. */
export function explainedPage(explained: Explained, { status, accepted, cause, headers }: Explanation): Answer {
  const language = languageOf(accepted)
  const { title, sentences } = wordsFor(language).errors[explained]
  const first = cause === undefined ? [] : [{ english: cause }]
  return errorPage({ status, title, sentences: [...first, ...sentences], language, headers })
}
