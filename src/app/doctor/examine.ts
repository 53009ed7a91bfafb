import type { Examination, Finding, Patient, Verdict } from './examination.ts'

/** What one examination has come to. */
export interface Examined {
  id: string
  title: string
  findings: Finding[]
}

/**
 * Looks at one thing after the other, so that what one is slow at doesn't make another one slow; at nothing more where one
 * that is needed could not be looked at.
 * @param tell is told of each as soon as it has been looked at.
 */
export async function examine(
  patient: Patient,
  examinations: readonly Examination[],
  tell: (examined: Examined) => void = () => {},
): Promise<Examined[]> {
  const all: Examined[] = []
  for (const examination of examinations) {
    const { id, title } = examination
    const findings = await examination.look(patient).catch((error: Error) => [unforeseen(id, error)])
    const examined = { id, title, findings }
    all.push(examined)
    tell(examined)
    if (examination.isNeeded && verdictOf([examined]) === 'unseen') break
  }
  return all
}

/** Nobody has words for it, so nothing can be said of what was to be looked at. */
function unforeseen(id: string, error: Error): Finding {
  return {
    id,
    verdict: 'unseen',
    found: `could not be looked at: ${error.message}`,
    remedy: 'If that makes no sense to you, it is a defect of the doctor: please report it, with this line.',
  }
}

/** From the best to the worst; what couldn't be looked at may be anything but a fault that is known. */
const ORDER: Verdict[] = ['good', 'attention', 'unseen', 'fault']

/** The worst of them. */
export function verdictOf(examined: readonly Examined[]): Verdict {
  const found = new Set(examined.flatMap(({ findings }) => findings.map(({ verdict }) => verdict)))
  return ORDER.findLast((verdict) => found.has(verdict)) ?? 'good'
}

/** What the command exits with: 1 on a fault, 2 where it could not look, 0 otherwise. */
export const EXIT_CODES: Record<Verdict, number> = { good: 0, attention: 0, unseen: 2, fault: 1 }
