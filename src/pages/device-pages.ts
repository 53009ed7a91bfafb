import type { Answer } from '../http/answer.ts'
import { alarm, describedBy, form, type HiddenFields } from './form.ts'
import { html } from './html.ts'
import type { Language } from './language.ts'
import { page } from './layout.ts'
import { showProblem } from './problem.ts'
import { wordsFor } from './words/words-for.ts'

export interface DeviceCode extends HiddenFields {
  language: Language
  host: string
  /** What came with the address that the device showed, or was typed at the last try. */
  userCode?: string
  problem?: { kind: 'unknown-code' } | { kind: 'wait'; seconds: number }
}

/** The page on which somebody types the code that a device shows. @see RFC 8628 section 3.3 */
export function deviceCodePage(deviceCode: DeviceCode, headers: Answer['headers'] = {}): Answer {
  const { language, host, userCode } = deviceCode
  const words = wordsFor(language)
  const { title, whatToType, compare, caution, label, hint } = words.deviceCode
  const problem = showProblem(deviceCode.problem, words, 'code')
  // A code that came with the address has to be compared: a stranger may have sent that address.
  const isToCompare = userCode !== undefined && !problem
  const content = html`<h1>${title}</h1>
<p>${isToCompare ? compare(host) : whatToType(host)}</p>
<p>${caution}</p>
${form(
  deviceCode,
  html`${alarm(problem?.sentence)}<label for="user_code">${label}</label>
<input id="user_code" name="user_code" class="code" value="${userCode}" autocomplete="off" autocapitalize="characters"
  autocorrect="off" spellcheck="false" enterkeyhint="go" maxlength="64" required${describedBy(problem, 'hint')}${!isToCompare && html` autofocus`}>
<p class="quiet" id="hint">${hint}</p>
<div class="buttons">
<button class="primary">${words.continue}</button>
</div>`,
)}`
  return page({
    language,
    status: problem?.status ?? 200,
    title: problem ? words.error(title) : title,
    content,
    headers: { ...problem?.headers, ...headers },
  })
}

export interface DeviceDone {
  language: Language
  clientName: string
  approved: boolean
}

/** The end of it: the person goes back to the device. */
export function deviceDonePage(
  { language, clientName, approved }: DeviceDone,
  headers: Answer['headers'] = {},
): Answer {
  const { deviceDone } = wordsFor(language)
  const title = approved ? deviceDone.approved(clientName) : deviceDone.denied
  const now = approved ? deviceDone.approvedNow : deviceDone.deniedNow(clientName)
  return page({ language, status: 200, title, content: html`<h1>${title}</h1>\n<p>${now}</p>`, headers })
}
