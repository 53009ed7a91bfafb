import { explainFileError } from '../../../files/explain-file-error.ts'
import { auditFile } from '../../../telemetry/audit-files.ts'
import { judgeLink, type LinkVerdict } from '../../../telemetry/judge-link.ts'
import { readAudit } from '../../../telemetry/read-audit.ts'
import { type LinkAttempt, traceLinks } from '../../../telemetry/trace-links.ts'
import type { Examination } from '../examination.ts'
import { NOTHING_ARRIVED, verdictWords } from '../link-verdicts.ts'
import { linkedClient, withoutDoctors } from './authorization-query.ts'
import { findingsOf, type Judged } from './judged.ts'

/** How far the last attempt to link came: a page that was opened and a token that was never asked for are one fault, a token that was refused is another. */
export const ATTEMPTS: Examination = {
  id: 'attempts',
  title: 'Last attempt to link',
  isLocal: false,
  async look({ config, environment }) {
    const file = auditFile(config.data_dir)
    try {
      const trail = readAudit(file, Number.POSITIVE_INFINITY)
      const attempts = withoutDoctors(traceLinks(trail), config)
      return findingsOf('attempts', judgeAttempts(attempts, linkedClient(config)?.id, environment.now()))
    } catch (error) {
      return findingsOf('attempts', [{ verdict: 'unseen', found: explainFileError(error, file, 'read') }])
    }
  },
}

/** Milliseconds: what failed before may have been mended since. */
const RECENT_MS = 3_600_000

/** What is no fault of anything. */
const HARMLESS: LinkVerdict[] = ['works', 'under way', 'ended', 'denied']
/** What is no fault of the set-up, as long as nobody says that they couldn't. */
const OF_PEOPLE: LinkVerdict[] = [
  'nobody signed in',
  'sign-in failed',
  'locked out',
  'second factor missing',
  'not decided',
  'never called',
]

/**
 * The last one of a client, and one of somebody unknown that came after it: that may be Alexa with another client id than
 * is registered, or any stranger.
 * @param now milliseconds since 1970.
 */
export function judgeAttempts(attempts: LinkAttempt[], client: string | undefined, now: number): Judged[] {
  const relevant = attempts.filter((one) => one.client === undefined || one.client === client)
  const known = relevant.findLast((one) => one.client !== undefined)
  const unknown = relevant.at(-1)?.client === undefined ? relevant.at(-1) : undefined
  const judged = [known, unknown].filter((one) => one !== undefined).map((one) => judgeOne(one, now))
  if (judged.length > 0) return judged
  const { words, todo } = NOTHING_ARRIVED
  const found = attempts.length === 0 ? words : 'Alexa has never tried to link here, though others have.'
  return [{ verdict: 'attention', found, remedy: `link in the Alexa app. If you have tried: ${lower(todo)}` }]
}

function judgeOne(attempt: LinkAttempt, now: number): Judged {
  const verdict = judgeLink(attempt, now)
  const { words, todo } = verdictWords(verdict, attempt)
  const at = attempt.steps.at(-1)?.time ?? ''
  const found = `${words} (${at.slice(0, 16).replace('T', ' ')} UTC)${answered(verdict, attempt)}`
  if (HARMLESS.includes(verdict)) return { verdict: 'good', found }
  const isRecent = now - Date.parse(at) < RECENT_MS
  const isFault = isRecent && attempt.client !== undefined && !OF_PEOPLE.includes(verdict)
  const remedy = `${todo} All of its steps:  npx skillgate trace`
  return { verdict: isFault ? 'fault' : 'attention', found, remedy }
}

/** What the token request was told. */
function answered(verdict: LinkVerdict, { steps }: LinkAttempt): string {
  if (verdict !== 'token refused') return ''
  const detail = steps.findLast(({ event }) => event === 'token_refused')?.detail
  return detail === undefined ? '' : ` It was answered: ${detail}`
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1)
}
