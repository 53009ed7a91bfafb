import type { Patient } from '../examination.ts'

/** What is asked once however many examinations want to know: each look leaves its line in the audit trail, or waits as long. */
export function onceAPatient<Found, Rest extends unknown[]>(
  find: (patient: Patient, ...rest: Rest) => Promise<Found>,
): (patient: Patient, ...rest: Rest) => Promise<Found> {
  const known = new WeakMap<Patient, Promise<Found>>()
  return (patient, ...rest) => {
    const found = known.get(patient) ?? find(patient, ...rest)
    known.set(patient, found)
    return found
  }
}
