import type { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { CertificateError } from '../../certificates/certificate-error.ts'
import { parseCertificates, readCertificates } from '../../certificates/read-pem.ts'
import type { Environment } from '../../config/environment.ts'
import { StorageError } from '../../files/storage-error.ts'
import { StartError } from '../start-error.ts'
import { openSource } from './open-source.ts'
import type { WantedCertificates } from './wanted-certificates.ts'

/** What a source has on the disk. */
export interface SeenCertificates {
  wanted: WantedCertificates
  /** The server's own first in each. */
  chains: X509Certificate[][]
  /** Why what is there can't be served. */
  trouble?: string
}

/** Whose words are for the person who looks. */
const TELLING = [CertificateError, StorageError, StartError]

/** Looks, and makes nothing. */
export async function seeCertificates(wanted: WantedCertificates, environment: Environment): Promise<SeenCertificates> {
  try {
    return { wanted, chains: await chainsOf(wanted, environment) }
  } catch (error) {
    if (!TELLING.some((kind) => error instanceof kind)) throw error
    if (error instanceof CertificateError && error.code === 'file_missing' && wanted.settings.source === 'local')
      return { wanted, chains: [] }
    return { wanted, chains: [], trouble: (error as Error).message }
  }
}

async function chainsOf(wanted: WantedCertificates, environment: Environment): Promise<X509Certificate[][]> {
  const { settings } = wanted
  // To load it would make one where there is none.
  if (settings.source === 'local') return [await readCertificates(join(settings.directory, 'local.pem'))]
  const loaded = await openSource(wanted, environment).load()
  return loaded.map(({ certificate }) => parseCertificates(certificate, wanted.name))
}
