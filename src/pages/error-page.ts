import type { Answer } from '../http/answer.ts'
import { html } from './html.ts'
import type { Language } from './language.ts'
import { page } from './layout.ts'

/** In the page's language, or in English only, as technical ones are. */
export type Sentence = string | { english: string }

export interface ErrorPage {
  language: Language
  status: number
  title: string
  sentences: Sentence[]
  headers?: Answer['headers']
}

/** A page that says what happened, and what to do now. Programs get JSON instead: hence `Accept` in `Vary`. */
export function errorPage({ language, status, title, sentences, headers }: ErrorPage): Answer {
  const content = html`<h1>${title}</h1>${sentences.map((sentence) => html`\n${paragraph(sentence, language)}`)}`
  return page({ language, status, title, content, headers: { Vary: 'Accept, Accept-Language', ...headers } })
}

function paragraph(sentence: Sentence, language: Language) {
  if (typeof sentence === 'string') return html`<p>${sentence}</p>`
  return html`<p ${language !== 'en' && html`lang="en"`}>${sentence.english}</p>`
}
