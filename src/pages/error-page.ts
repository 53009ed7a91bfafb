import type { Answer } from './answer.ts'
import { html } from './html.ts'
import { page } from './layout.ts'

/** A page that says what happened, and what to do now. */
export function errorPage(status: number, title: string, sentences: string[], headers: Answer['headers'] = {}): Answer {
  return page(status, title, html`<h1>${title}</h1>${sentences.map((sentence) => html`\n<p>${sentence}</p>`)}`, headers)
}
