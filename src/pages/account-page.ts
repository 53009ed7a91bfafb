import type { Answer } from '../http/answer.ts'
import { form, type HiddenFields } from './form.ts'
import { type Html, html } from './html.ts'
import type { Language } from './language.ts'
import { page } from './layout.ts'
import { type Words, wordsFor } from './words/words-for.ts'

export interface AccountPage {
  language: Language
  host: string
  /** The display name of who is signed in. */
  name: string
  links: ShownLink[]
  /** The client whose link was just ended. */
  ended?: string | undefined
  signOut: HiddenFields
}

export interface ShownLink extends HiddenFields {
  clientName: string
  /** What it can do, a sentence each. */
  permissions: string[]
  /** When it was linked. Milliseconds since 1970. */
  since: number
  /** For how long nobody has used it. */
  idleMs: number
}

/** What somebody has linked, with a button for each to end it. Without script, for any size of screen. */
export function accountPage(content: AccountPage, headers: Answer['headers'] = {}): Answer {
  const { language, host, name, links, ended, signOut } = content
  const words = wordsFor(language)
  const { account } = words
  const main = html`<h1>${account.title}</h1>
${ended !== undefined && html`<p class="caution" role="status">${account.ended(ended)}</p>\n`}<p>${account.signedInAs(name, host)}</p>
${links.length === 0 && html`<p>${account.nothing}</p>\n`}${links.map((link, i) => showLink(link, i, content, words))}${form(
  signOut,
  html`<div class="buttons">
<button name="decision" value="sign-out">${words.signOut.button}</button>
</div>`,
)}`
  return page({ language, status: 200, title: account.title, content: main, headers })
}

function showLink(link: ShownLink, i: number, { language }: AccountPage, { account }: Words): Html {
  const { clientName, since, idleMs } = link
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(since)
  return html`<section>
<h2>${clientName}</h2>
<p>${account.can}</p>
<ul>${link.permissions.map((permission) => html`\n<li>${permission}</li>`)}
</ul>
<p class="quiet" id="link-${String(i)}">${account.since(day)} ${account.idle(Math.floor(idleMs / DAY_MS))}</p>
${form(
  link,
  html`<div class="buttons">
<button name="decision" value="end" aria-describedby="link-${String(i)}">${account.end(clientName)}</button>
</div>`,
)}
</section>
`
}

const DAY_MS = 86_400_000
