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

/** The page on which somebody signs in and consents in one step. Without script, for any size of screen. */
export function signInPage(signIn: SignIn, headers: Answer['headers']): Answer {
  const { clientName, host, permissions, action, request, csrf, error, name } = signIn
  const title = `Link ${clientName}`
  const content = html`<h1>${title}</h1>
<p>${clientName} asks for access to your account at <strong>${host}</strong>.</p>
<h2>It will be able to</h2>
<ul>${permissions.map((permission) => html`\n<li>${permission}</li>`)}
</ul>
<form method="post" action="${action}">
${error !== undefined && html`<p class="alarm" role="alert" id="error">${error}</p>`}
<input type="hidden" name="request" value="${request}">
<input type="hidden" name="csrf" value="${csrf}">
<label for="username">Name</label>
<input id="username" name="username" value="${name}" autocomplete="username" autocapitalize="none" autocorrect="off"
  spellcheck="false" maxlength="64" required ${!name && html`autofocus`}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="1024" required
  ${error !== undefined && html`aria-describedby="error"`} ${name && html`autofocus`}>
<div class="buttons">
<button class="primary" name="decision" value="approve">Approve</button>
<button name="decision" value="deny" formnovalidate>Deny</button>
</div>
</form>
<p class="quiet">Only approve if you have just asked to link ${clientName}. The one who runs ${host} can end the access at any time.</p>`
  return page(error === undefined ? 200 : 400, title, content, headers)
}
