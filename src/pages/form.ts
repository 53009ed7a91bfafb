import { type Html, html } from './html.ts'

/** What a form brings back unseen. */
export interface HiddenFields {
  /** Where the form goes. */
  action: string
  /** What the form is about; goes back as it is. */
  request: string
  csrf: string
}

/** A form. The first button in it is the one that Enter presses. */
export function form({ action, request, csrf }: HiddenFields, content: Html): Html {
  return html`<form method="post" action="${action}">
<input type="hidden" name="request" value="${request}">
<input type="hidden" name="csrf" value="${csrf}">
${content}
</form>`
}

/** What was wrong with the last try, for `describedBy` to point to. */
export function alarm(sentence: string | undefined): Html | false {
  return sentence !== undefined && html`<p class="alarm" role="alert" id="problem">${sentence}</p>\n`
}

/** The attributes of a field that tell a screen reader what stands above and below it. */
export function describedBy(problem: { invalid: boolean } | undefined, hint?: 'hint'): Html | false {
  const ids = [problem && 'problem', hint].filter((id) => id !== undefined)
  if (ids.length === 0) return false
  return html` aria-describedby="${ids.join(' ')}"${problem?.invalid && html` aria-invalid="true"`}`
}
