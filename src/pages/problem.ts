import type { Answer } from '../http/answer.ts'
import type { Words } from './words/words-for.ts'

/** What was wrong with the last try. */
export type Problem =
  | { kind: 'wrong-password' | 'wrong-code' | 'unknown-code' | 'wrong-unlock-code' | 'expired' }
  /** Nothing is tried for so many seconds. */
  | { kind: 'wait'; seconds: number }

/** The same, as a page shows it. */
export interface ShownProblem {
  status: 400 | 429
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
  if (problem.kind !== 'wait') {
    const invalid = problem.kind !== 'expired'
    return { status: 400, sentence: problems[problem.kind], invalid, headers: {} }
  }
  const seconds = Math.max(1, Math.ceil(problem.seconds))
  const sentence = problems[`wait-${what}`](Math.ceil(seconds / 60))
  return { status: 429, sentence, invalid: false, headers: { 'Retry-After': String(seconds) } }
}
