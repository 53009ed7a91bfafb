import type { Answer } from '../http/answer.ts'
import { alarm, describedBy, form, type HiddenFields } from './form.ts'
import { type Html, html } from './html.ts'
import { type Introduced, introduction } from './introduction.ts'
import type { Language } from './language.ts'
import { page } from './layout.ts'
import { type Problem, type ShownProblem, showProblem } from './problem.ts'
import { type Words, wordsFor } from './words/words-for.ts'

/**
 * How far somebody has come who is asked for consent. At `consent` they are signed in already, and at `admin` they have
 * consented, with an account that may do everything.
 */
export type SignInState = 'password' | 'second-factor' | 'consent' | 'admin'

export interface SignInPage extends HiddenFields, Introduced {
  language: Language
  state: SignInState
  /** `link`: an app sent the browser here and gets it back. `device`: a device waits, whose code was typed here. */
  kind: 'link' | 'device'
  /** The host whose account is linked. */
  host: string
  /** What the client will be able to do, a sentence each. */
  permissions: string[]
  /** Their display name, in the states `consent` and `admin`. */
  signedInAs?: string
  /** Whose accounts people can sign in with; those of `host`, if absent. */
  accounts?: 'music-assistant' | 'either'
  problem?: Problem
  /** What was typed at the last try. */
  name?: string
}

/**
 * The page on which somebody sees who asks for what, says who they are, and consents. Without script, for any size of
 * screen. Enter approves, for that is the form's first button.
 */
export function signInPage(content: SignInPage, headers: Answer['headers'] = {}): Answer {
  const { language, state, kind, clientName } = content
  const words = wordsFor(language)
  const problem = showProblem(content.problem, words, state === 'second-factor' ? 'code' : 'password')
  const linking = words[kind].title(clientName)
  const titles = { 'second-factor': words.signIn.secondFactorFor(linking), admin: words.admin.titleFor(linking) }
  const title = state in titles ? titles[state as keyof typeof titles] : linking
  return page({
    language,
    status: problem?.status ?? 200,
    title: problem ? words.error(title) : title,
    content: LAYOUT[state](content, words, problem),
    headers: { ...problem?.headers, ...headers },
  })
}

type Part = (content: SignInPage, words: Words, problem: ShownProblem | undefined) => Html

/**
 * Nothing has the focus at first where somebody has yet to read who asks for what: it would scroll, and take a screen
 * reader, past it. They have read it when they are asked for the second factor, so there that comes first.
 */
const LAYOUT: Record<SignInState, Part> = {
  password: (content, words, problem) => html`<h1>${words[content.kind].title(content.clientName)}</h1>
${whoAsks(content, words)}
${whatFor(content, words)}
<p>${words[content.kind].caution}</p>
${form(content, html`${password(content, words, problem)}\n${unlock(content, words)}${buttons(words)}`)}
${afterwards(content, words)}`,

  'second-factor': (content, words, problem) => html`<h1>${words.signIn.secondFactor}</h1>
${whoAsks(content, words)}
${form(content, html`${secondFactor(words, problem)}\n${unlock(content, words)}${buttons(words)}`)}
${whatFor(content, words)}
<p>${words[content.kind].caution}</p>
${afterwards(content, words)}`,

  consent: (content, words, problem) => html`<h1>${words[content.kind].title(content.clientName)}</h1>
${whoAsks(content, words)}
${whatFor(content, words)}
<p>${words[content.kind].caution}</p>
${form(content, html`${alarm(problem?.sentence)}${signedIn(content, words)}\n${buttons(words, otherAccount(content, words))}`)}
${afterwards(content, words)}`,

  admin: (content, words) => html`<h1>${words.admin.title}</h1>
${signedIn(content, words)}
<p class="caution">${words.admin.mayEverything}</p>
<p>${words.admin.better(content.clientName)}</p>
${form(content, buttons({ ...words, approve: words.admin.approve }, otherAccount(content, words)))}
${afterwards(content, words)}`,
}

function whoAsks(content: SignInPage, words: Words): Html {
  const { kind, clientName, host } = content
  const more = introduction(content, words).map((paragraph) => html`\n${paragraph}`)
  return html`<p>${words[kind].asks(clientName, host)}</p>${more}`
}

function whatFor({ permissions }: SignInPage, words: Words): Html {
  return html`<h2>${words.permissions}</h2>
<ul>${permissions.map((permission) => html`\n<li>${permission}</li>`)}
</ul>`
}

function password(content: SignInPage, words: Words, problem: ShownProblem | undefined): Html {
  return html`<h2>${words.signIn.heading(content.host)}</h2>
${passwordFields(content, words, problem)}`
}

export function passwordFields(
  { host, name, accounts }: Pick<SignInPage, 'host' | 'name' | 'accounts'>,
  { signIn }: Words,
  problem: ShownProblem | undefined,
): Html {
  const which = accounts && html`<p>${signIn.with[accounts](host)}</p>\n`
  return html`${which}${alarm(problem?.sentence)}<label for="username">${signIn.username}</label>
<input id="username" name="username" value="${name}" autocomplete="username" autocapitalize="none" autocorrect="off"
  spellcheck="false" enterkeyhint="next" maxlength="64" required${describedBy(problem)}${problem && !name && html` autofocus`}>
<label for="password">${signIn.password}</label>
<input id="password" name="password" type="password" autocomplete="current-password" enterkeyhint="go"
  maxlength="1024" required${describedBy(problem)}${problem && name && html` autofocus`}>`
}

/** A recovery code has letters: so no keyboard of digits only. */
export function secondFactor({ signIn }: Words, problem: ShownProblem | undefined): Html {
  return html`${alarm(problem?.sentence)}<label for="otp">${signIn.otp}</label>
<input id="otp" name="otp" class="code" inputmode="text" autocomplete="one-time-code" autocapitalize="none"
  autocorrect="off" spellcheck="false" enterkeyhint="go" maxlength="64" required${describedBy(problem, 'hint')} autofocus>
<p class="quiet" id="hint">${signIn.otpHint}</p>`
}

/** Whom strangers have locked out may be helped by whoever runs this; nobody else is asked for such a code. */
export function unlock({ problem, host }: Pick<SignInPage, 'problem' | 'host'>, { signIn }: Words): Html | false {
  if (problem?.kind !== 'wait' && problem?.kind !== 'wrong-unlock-code') return false
  return html`<label for="unlock">${signIn.unlock}</label>
<input id="unlock" name="unlock" class="code" autocomplete="off" autocapitalize="characters" autocorrect="off"
  spellcheck="false" enterkeyhint="go" maxlength="64" aria-describedby="unlock-hint">
<p class="quiet" id="unlock-hint">${signIn.unlockHint(host)}</p>
`
}

function signedIn({ signedInAs }: SignInPage, { signIn }: Words): Html {
  return html`<p>${signedInAs === undefined ? signIn.signedIn : signIn.signedInAs(signedInAs)}</p>`
}

function buttons(words: Words, more: Html | false = false): Html {
  return html`<div class="buttons">
<button class="primary" name="decision" value="approve">${words.approve}</button>
<button name="decision" value="deny" formnovalidate>${words.deny}</button>
${more}</div>`
}

function otherAccount({ signedInAs }: SignInPage, { signIn }: Words): Html {
  return html`<button class="plain" name="decision" value="sign-out">${signIn.signInAsSomebodyElse(signedInAs)}</button>\n`
}

function afterwards({ kind, state, clientName, host }: SignInPage, words: Words): Html {
  const { approve } = state === 'admin' ? words.admin : words
  return html`<p class="quiet">${words[kind].afterwards(clientName, approve)} ${words.ending(host)}</p>`
}
