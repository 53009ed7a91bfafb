import { existsSync, realpathSync } from 'node:fs'
import { hashSecret, newSecret } from '../../../secrets/secret.ts'
import type { Patient } from '../examination.ts'
import { examinationOf } from './examination-of.ts'
import { readSystemFile } from './read-system-file.ts'
import { attention, fault, good, type Seen } from './seen.ts'
import { lossAt, mountOf } from './volatile-place.ts'
import { withRecords } from './with-records.ts'

const NEEDS = 'its tokens to be good for years: one that is forgotten unlinks the home.'

/** If the doctor is killed before it has deleted the row. Milliseconds. */
const LIFETIME_MS = 60_000

/** Restart: what is written into the database is there for who opens it anew, and it lies where things stay. */
export const restart = examinationOf(
  { id: 'restart', title: 'Tokens after a restart', isLocal: true },
  async (patient) => {
    const survived = await lookAtRow(patient)
    return [...survived, ...lookAtPlace(patient)]
  },
)

/** The row of a token of no grant, which nobody can use for anything. */
async function lookAtRow(patient: Patient): Promise<Seen[]> {
  const { now } = patient.environment
  const id = hashSecret(newSecret(patient.environment))
  const issuedAt = now()
  const row = { grant: 'skillgate-doctor', scopes: [], issuedAt, expiresAt: issuedAt + LIFETIME_MS }
  const trouble = await withRecords(patient, async (store) => {
    await store.put('access', id, row, row.expiresAt)
    return []
  })
  if (trouble.length > 0) return trouble
  return withRecords(patient, async (store) => {
    const again = await store.take('access', id)
    if (again) return [good('What is written into the database is there for who opens it anew.')]
    return [
      fault('What was written into the database was not there for who opened it anew.', {
        needs: NEEDS,
        remedy: `look at the disk that data_dir is on:  df -h ${patient.config.data_dir}; dmesg | tail`,
      }),
    ]
  })
}

function lookAtPlace({ config: { data_dir }, system = readSystemFile }: Patient): Seen[] {
  const mountinfo = system('/proc/self/mountinfo')
  if (mountinfo === undefined || !existsSync(data_dir)) return []
  const mount = mountOf(realpathSync(data_dir), mountinfo)
  const loss = mount && lossAt(mount)
  if (!loss) return []
  return [
    attention(`data_dir (${data_dir}) is on a ${mount.type}, mounted at ${mount.point}: ${loss}.`, {
      needs: NEEDS,
      remedy: `put it on a disk, or on a volume of the container:  docker run -v skillgate:${data_dir} ...`,
    }),
  ]
}
