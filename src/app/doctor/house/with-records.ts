import { existsSync } from 'node:fs'
import { StorageError } from '../../../files/storage-error.ts'
import type { Store } from '../../../store/store.ts'
import { databaseFile, openStore } from '../../data/open-store.ts'
import type { Patient } from '../examination.ts'
import { fault, type Seen, unseen } from './seen.ts'

/**
 * Looks into what the gateway remembers, beside a running one. The doctor makes no database: where none is, a start does.
 * @returns a fault in the words of the store where it fails.
 */
export async function withRecords(
  { config, environment }: Pick<Patient, 'config' | 'environment'>,
  look: (store: Store) => Promise<Seen[]>,
): Promise<Seen[]> {
  const file = databaseFile(config)
  if (!existsSync(file)) {
    return [unseen(`There is no database at ${file} yet.`, { remedy: 'start the gateway once:  npx skillgate start' })]
  }
  try {
    const store = await openStore(config, environment)
    try {
      return await look(store)
    } finally {
      await store.close()
    }
  } catch (error) {
    if (!(error instanceof StorageError)) throw error
    return [fault(error.message, { needs: 'a database that can be read and written.' })]
  }
}
