import type { Environment } from '../../config/environment.ts'
import type { CertificateSource } from '../certificate-source.ts'
import { localCertificate } from './local-certificate.ts'

type Options = Environment & { directory: string; names: string[] }

/** `tls.source: local`. Each load makes or renews what has to be; nobody else changes these files. */
export function localSource({ directory, names, now, randomBytes }: Options): CertificateSource {
  const make = (anew: boolean) => localCertificate({ directory, names, now: now(), randomBytes, anew })
  return {
    files: [],
    load: async () => [await make(false)],
    renew: async () => void (await make(true)),
  }
}
