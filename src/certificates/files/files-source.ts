import type { Environment } from '../../config/environment.ts'
import type { CertificateSource } from '../certificate-source.ts'
import { certificateFromFiles, type Files } from './certificate-from-files.ts'

type Options = Omit<Files, 'now' | 'password'> & {
  now: Environment['now']
  /** What the files are encrypted with; read at each load. */
  password?: () => Promise<string>
}

/** `tls.source: files`. @param options paths of the chain and of its key, and what the certificate has to be for. */
export function filesSource({ now, password, ...files }: Options): CertificateSource {
  return {
    files: [...new Set([files.certificate, files.key])],
    load: async (served) => [
      await certificateFromFiles({ ...files, password: await password?.(), now: now() }, served?.[0]),
    ],
  }
}
