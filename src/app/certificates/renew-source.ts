import type { CertificateSource } from '../../certificates/certificate-source.ts'
import { isExplained } from '../../certificates/is-explained.ts'
import type { WantedCertificates } from './wanted-certificates.ts'

/** What has become of a source that somebody wants renewed now. */
export type Renewal = { wanted: WantedCertificates } & (
  | { result: 'renewed' }
  /** Somebody else renews it. */
  | { result: 'foreign' }
  | { result: 'failed'; detail: string }
)

/** @param load takes up what came. */
export async function renewSource(
  wanted: WantedCertificates,
  source: Pick<CertificateSource, 'renew'>,
  load: () => Promise<unknown>,
): Promise<Renewal> {
  if (!source.renew) return { wanted, result: 'foreign' }
  try {
    await source.renew()
    await load()
    return { wanted, result: 'renewed' }
  } catch (error) {
    if (!isExplained(error)) throw error
    return { wanted, result: 'failed', detail: error.message }
  }
}

/** @param name a host, or a source as the log calls it; all of them, if empty. */
export function isMeantBy(name: string): (wanted: WantedCertificates) => boolean {
  return (wanted) => name === '' || wanted.name === name || wanted.names.includes(name)
}
