import type { Answer } from '../http/answer.ts'
import { form, type HiddenFields } from './form.ts'
import { html } from './html.ts'
import type { Language } from './language.ts'
import { page } from './layout.ts'
import { wordsFor } from './words/words-for.ts'

export interface SignOut extends HiddenFields {
  language: Language
  host: string
  /** The display name of who is signed in, if anybody is. */
  signedInAs?: string
}

/** Says who is signed in in this browser, and lets them sign out. */
export function signOutPage(signOut: SignOut, headers: Answer['headers'] = {}): Answer {
  const { language, host, signedInAs } = signOut
  const { title, nobody, stays, button, ...words } = wordsFor(language).signOut
  const content =
    signedInAs === undefined
      ? html`<h1>${title}</h1>\n<p>${nobody(host)}</p>`
      : html`<h1>${title}</h1>
<p>${words.signedInAs(signedInAs, host)}</p>
<p>${stays}</p>
${form(
  signOut,
  html`<div class="buttons">
<button class="primary" name="decision" value="sign-out">${button}</button>
</div>`,
)}`
  return page({ language, status: 200, title, content, headers })
}

export function signedOutPage(
  { language, host }: { language: Language; host: string },
  headers: Answer['headers'] = {},
): Answer {
  const { done, doneNow } = wordsFor(language).signOut
  return page({ language, status: 200, title: done, content: html`<h1>${done}</h1>\n<p>${doneNow(host)}</p>`, headers })
}
