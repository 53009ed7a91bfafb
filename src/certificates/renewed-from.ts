import { RENEWED_BEFORE_END_MS } from './local/lifetimes.ts'
import type { ServerCertificate } from './server-certificate.ts'

/** Who brings a certificate, as `tls.source` has it. */
export type BroughtBy = 'local' | 'files' | 'acme'

/** Of a lifetime is left when it is time, so that certificates of a year and of six days are renewed alike. */
const RENEWED_IN_LAST = 1 / 3

/**
 * From when on a certificate ought to be renewed, whoever does it. What a CA says of one that it has issued goes before.
 * @returns milliseconds since 1970
 */
export function renewedFrom(
  source: BroughtBy,
  { notBefore, notAfter }: Pick<ServerCertificate, 'notBefore' | 'notAfter'>,
): number {
  return notAfter - (source === 'local' ? RENEWED_BEFORE_END_MS : (notAfter - notBefore) * RENEWED_IN_LAST)
}
