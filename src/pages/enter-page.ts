import type { Answer } from '../http/answer.ts'
import { form, type HiddenFields } from './form.ts'
import { html } from './html.ts'
import type { Language } from './language.ts'
import { page } from './layout.ts'
import { type Problem, showProblem } from './problem.ts'
import { passwordFields, type SignInPage, secondFactor, unlock } from './sign-in-page.ts'
import { wordsFor } from './words/words-for.ts'

export interface EnterPage extends HiddenFields {
  language: Language
  state: 'password' | 'second-factor'
  /** Where one signs in. */
  host: string
  /** The host that one goes on to. */
  destination: string
  /** Whose accounts people can sign in with; those of `host`, if absent. */
  accounts?: SignInPage['accounts']
  problem?: Problem | undefined
  /** What was typed at the last try. */
  name?: string | undefined
}

/** The page on which somebody signs in to go on to another one, of the gateway's or of a server behind it. */
export function enterPage(content: EnterPage, headers: Answer['headers'] = {}): Answer {
  const { language, state, host, destination } = content
  const words = wordsFor(language)
  const { enter } = words.account
  const problem = showProblem(content.problem, words, state === 'second-factor' ? 'code' : 'password')
  const title = state === 'second-factor' ? words.signIn.secondFactor : enter.title(host)
  const fields = state === 'second-factor' ? secondFactor(words, problem) : passwordFields(content, words, problem)
  const main = html`<h1>${title}</h1>
<p>${enter.goesOn(destination)}</p>
${form(
  content,
  html`${fields}
${unlock(content, words)}<div class="buttons">
<button class="primary" name="decision" value="sign-in">${enter.button}</button>
</div>`,
)}`
  return page({
    language,
    status: problem?.status ?? 200,
    title: problem ? words.error(title) : title,
    content: main,
    headers: { ...problem?.headers, ...headers },
  })
}
