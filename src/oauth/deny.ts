import { OAuthError } from './oauth-error.ts'
import { REASONS, type Reason } from './reasons.ts'

/** What a sentence has in braces. */
type Blanks<Sentence extends string> = Sentence extends `${string}{${infer Name}}${infer After}`
  ? Name | Blanks<After>
  : never

type BlanksOf<R extends Reason> = Blanks<(typeof REASONS)[R]['sentence']>

interface Besides {
  /** What really happened; for the log only. */
  detail?: string
  /** They go with the answer. */
  headers?: Record<string, string>
}

type Rest<R extends Reason> = [BlanksOf<R>] extends [never]
  ? [told?: string | Besides]
  : [told: Besides & Record<BlanksOf<R>, string>]

/**
 * The error to throw for a reason: `throw deny('code-not-valid', 'used twice')`.
 * @param told the detail for the log, or that and what the sentence has in braces.
 */
export function deny<R extends Reason>(reason: R, ...[told = {}]: Rest<R>): OAuthError {
  const { code, sentence } = REASONS[reason]
  const { detail, headers, ...values } = typeof told === 'string' ? { detail: told } : (told as Besides)
  return new OAuthError(code, fill(sentence, values), detail, headers)
}

function fill(sentence: string, values: Record<string, string>): string {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '')
}
