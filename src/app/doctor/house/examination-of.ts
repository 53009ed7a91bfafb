import type { Examination, Patient } from '../examination.ts'
import type { Seen } from './seen.ts'

/** An examination of the house: each of its findings gets its id. */
export function examinationOf(
  about: Omit<Examination, 'look'>,
  look: (patient: Patient) => Promise<Seen[]> | Seen[],
): Examination {
  return { ...about, look: async (patient) => (await look(patient)).map((seen) => ({ id: about.id, ...seen })) }
}
