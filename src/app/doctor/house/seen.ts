import type { Finding } from '../examination.ts'

/** A finding before it is known which examination has found it. */
export type Seen = Omit<Finding, 'id'>

/** What is needed, and what to do about it. */
type Advice = Pick<Finding, 'needs' | 'remedy'>

export function good(found: string): Seen {
  return { verdict: 'good', found }
}

export function attention(found: string, advice: Advice): Seen {
  return { verdict: 'attention', found, ...advice }
}

export function fault(found: string, advice: Advice): Seen {
  return { verdict: 'fault', found, ...advice }
}

export function unseen(found: string, advice: Advice = {}): Seen {
  return { verdict: 'unseen', found, ...advice }
}
