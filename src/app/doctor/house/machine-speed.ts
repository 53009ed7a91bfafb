import { hashSecret, newSecret } from '../../../secrets/secret.ts'
import { hashPassword } from '../../../users/passwords.ts'
import type { Patient } from '../examination.ts'
import { examinationOf } from './examination-of.ts'
import { attention, good, type Seen } from './seen.ts'
import { withRecords } from './with-records.ts'

/** Of what is measured the middle one counts. */
const WRITES = 5
/** An exchange for tokens writes a few times, and is given up after 4.5 s. Milliseconds. */
const WRITE_LIMIT_MS = 300
/** For as long somebody looks at a page that does nothing, and two at a time. Milliseconds. */
const HASH_LIMIT_MS = 2000
/** If the doctor is killed before it has deleted the row. Milliseconds. */
const LIFETIME_MS = 60_000

/** How long this machine takes to write into the database, and to check a password. */
export const machineSpeed = examinationOf(
  { id: 'machine-speed', title: 'Speed of this machine', isLocal: true },
  async (patient) => {
    const { monotonic = () => performance.now() } = patient.environment
    let writeMs = 0
    const trouble = await withRecords(patient, async (store) => {
      const took: number[] = []
      const id = hashSecret(newSecret(patient.environment))
      const issuedAt = patient.environment.now()
      const row = { grant: 'skillgate-doctor', scopes: [], issuedAt, expiresAt: issuedAt + LIFETIME_MS }
      try {
        for (let i = 0; i < WRITES; i++) {
          const begun = monotonic()
          await store.put('access', id, row, row.expiresAt)
          took.push(monotonic() - begun)
        }
      } finally {
        await store.delete('access', id)
      }
      writeMs = took.toSorted((a, b) => a - b)[Math.floor(WRITES / 2)] ?? 0
      return []
    })
    if (trouble.length > 0) return trouble
    return judge(writeMs, await timeHash(patient, monotonic))
  },
)

async function timeHash({ environment }: Patient, monotonic: () => number): Promise<number> {
  const begun = monotonic()
  await hashPassword('a password of nobody', environment)
  return monotonic() - begun
}

/** Pure: whether that is quick enough. */
export function judge(writeMs: number, hashMs: number): Seen[] {
  const seen: Seen[] = []
  if (writeMs > WRITE_LIMIT_MS) {
    seen.push(
      attention(`Writing into the database takes ${Math.round(writeMs)} ms.`, {
        needs: 'its tokens within 4.5 s, for which a few things are written.',
        remedy: 'put data_dir on a quicker disk, such as an SSD instead of an SD card or a network drive.',
      }),
    )
  }
  if (hashMs > HASH_LIMIT_MS) {
    seen.push(
      attention(`Checking a password takes ${Math.round(hashMs)} ms.`, {
        needs: 'a page that answers before somebody presses the button again.',
        remedy: 'see what else this machine does:  top',
      }),
    )
  }
  if (seen.length > 0) return seen
  return [
    good(`Writing into the database takes ${Math.round(writeMs)} ms, checking a password ${Math.round(hashMs)} ms.`),
  ]
}
