import type { Answer } from '../http/answer.ts'
import type { Words } from './words/words-for.ts'

/** What was wrong with the last try. */
export type Problem =
  /** No token could be had from the server at which people have accounts of their own. */
  | { kind: 'account-unreachable' | 'account-forgotten' | 'account-refused' }
  | { kind: 'wrong-password' | 'wrong-code' | 'unknown-code' | 'wrong-unlock-code' | 'expired' }
  /** Whoever it is can't come in, however right the password; or the server that knows couldn't be asked. */
  | { kind: 'guest' | 'account-disabled' | 'unreachable' }
  /** Nothing is tried for so many seconds; `account-wait` is what the server with the account says. */
  | { kind: 'wait' | 'account-wait'; seconds: number }

/** The same, as a page shows it. */
export interface ShownProblem {
  status: 400 | 403 | 429 | 503
  sentence: string
  /** Whether it is what was typed that is wrong. */
  invalid: boolean
  headers: Answer['headers']
}

/** @param what is not accepted while one has to wait. */
export function showProblem(
  problem: Problem | undefined,
  { problems }: Words,
  what: 'password' | 'code',
): ShownProblem | undefined {
  if (problem === undefined) return undefined
  if (!('seconds' in problem)) {
    const status = STATUSES[problem.kind] ?? 400
    return {
      status,
      sentence: problems[problem.kind],
      invalid: status === 400 && problem.kind !== 'expired',
      headers: {},
    }
  }
  const seconds = Math.max(1, Math.ceil(problem.seconds))
  const sentence =
    problem.kind === 'wait' ? problems[`wait-${what}`](Math.ceil(seconds / 60)) : problems['account-wait'](seconds)
  return { status: 429, sentence, invalid: false, headers: { 'Retry-After': String(seconds) } }
}

/** Of problems that what was typed can't solve. */
const STATUSES: Partial<Record<Problem['kind'], 403 | 503>> = {
  guest: 403,
  'account-disabled': 403,
  unreachable: 503,
  'account-unreachable': 503,
  'account-refused': 403,
  'account-forgotten': 403,
}
