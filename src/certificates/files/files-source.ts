import type { Environment } from '../../config/environment.ts'
import type { CertificateSource } from '../certificate-source.ts'
import { certificateFromFiles } from './certificate-from-files.ts'

type Options = { certificate: string; key: string; host: string; now: Environment['now'] }

/** `tls.source: files`. @param options paths of the chain and of its key; `host` is what clients will ask for */
export function filesSource({ certificate, key, host, now }: Options): CertificateSource {
  return {
    files: [...new Set([certificate, key])],
    load: async () => [await certificateFromFiles({ certificate, key, host, now: now() })],
  }
}
