import type { Examination, Patient } from '../examination.ts'
import { findingsOf, type Judged } from './judged.ts'
import type { Place } from './public-host.ts'
import { whereReached } from './reach.ts'

/** An examination of what answers at the public URL; where nothing does, that is said once, elsewhere. */
export function lookThere(
  id: string,
  title: string,
  look: (patient: Patient, place: Place) => Promise<Judged[]>,
): Examination {
  return {
    id,
    title,
    isLocal: false,
    async look(patient) {
      const reached = await whereReached(patient)
      if ('unreached' in reached) return findingsOf(id, reached.unreached)
      try {
        return findingsOf(id, await look(patient, reached.place))
      } catch (error) {
        return findingsOf(id, [broken(error as NodeJS.ErrnoException)])
      }
    },
  }
}

/** Somebody shook hands there before, and now gives no answer. */
function broken({ message }: NodeJS.ErrnoException): Judged {
  return {
    verdict: 'fault',
    found: `no answer came: ${message}.`,
    needs: 'an answer to each request.',
    remedy: 'look into the log of the gateway ("npx skillgate log"), and of the proxy in front of it, if there is one.',
  }
}
