import type { Answer } from './answer.ts'
import { html } from './html.ts'
import { page } from './layout.ts'

export interface SignIn {
  clientName: string
  /** The host whose account is linked. */
  host: string
  /** What the client will be able to do, a sentence each. */
  permissions: string[]
  /** Where the form goes. */
  action: string
  /** Goes back with the form as it is. */
  request: string
  csrf: string
  /** What was wrong with the last try. */
  error?: string
  /** What was typed at the last try. */
  name?: string
}

/**
 * The page on which somebody signs in and consents in one step. Without script, for any size of screen.
 *
 * Nothing has the focus at first: it would scroll, and take a screen reader, past who asks for what. Enter approves, for
 * that is the form's first button.
 */
export function signInPage(signIn: SignIn, headers: Answer['headers']): Answer {
  const { clientName, host, permissions, action, request, csrf, error, name } = signIn
  const failed = error !== undefined
  const title = `Link ${clientName}`
  const wrong = failed && html`aria-invalid="true" aria-describedby="error"`
  const content = html`<h1>${title}</h1>
<p>${clientName} asks for access to your account at <strong>${host}</strong>.</p>
<h2>It will be able to</h2>
<ul>${permissions.map((permission) => html`\n<li>${permission}</li>`)}
</ul>
<p>If you did not just ask for this, choose Deny: nothing will change.</p>
<form method="post" action="${action}">
<input type="hidden" name="request" value="${request}">
<input type="hidden" name="csrf" value="${csrf}">
<h2>Sign in to ${host}</h2>
${failed && html`<p class="alarm" role="alert" id="error">${error}</p>`}
<label for="username">Name</label>
<input id="username" name="username" value="${name}" autocomplete="username" autocapitalize="none" autocorrect="off"
  spellcheck="false" enterkeyhint="next" maxlength="64" required ${wrong} ${failed && !name && html`autofocus`}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" enterkeyhint="go"
  maxlength="1024" required ${wrong} ${failed && name && html`autofocus`}>
<div class="buttons">
<button class="primary" name="decision" value="approve">Approve</button>
<button name="decision" value="deny" formnovalidate>Deny</button>
</div>
</form>
<p class="quiet">Either button takes you back to ${clientName}. Whoever runs ${host} can end the access at any time.</p>`
  return page(failed ? 400 : 200, failed ? `Error: ${title}` : title, content, headers)
}
