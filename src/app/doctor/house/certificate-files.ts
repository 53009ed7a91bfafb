import { expiryConcern } from '../../../certificates/expiry-concern.ts'
import { isExplained } from '../../../certificates/is-explained.ts'
import { dayOf, type ServerCertificate } from '../../../certificates/server-certificate.ts'
import { openSource } from '../../certificates/open-source.ts'
import { type WantedCertificates, wantedCertificates } from '../../certificates/wanted-certificates.ts'
import { StartError } from '../../start-error.ts'
import type { Patient } from '../examination.ts'
import { examinationOf } from './examination-of.ts'
import { lookAtOrdered } from './ordered-certificates.ts'
import { attention, fault, good, type Seen, unseen } from './seen.ts'

const NEEDS = 'a certificate that everybody trusts, with its whole chain, that is for the host of public_url.'

/** Where certificates come from, looked at on this machine: readable, good, and for how long. */
export const certificateFiles = examinationOf(
  { id: 'certificate-files', title: 'Certificates here', isLocal: true },
  async (patient) => {
    const { config } = patient
    if (config.tls.source === 'none') {
      return [
        good(
          'The proxy in front has them (tls: none): it has to forward to listen.plain from an address of trusted_proxies, with X-Forwarded-Proto: https.',
        ),
      ]
    }
    const seen = await Promise.all(wantedCertificates(config).map((wanted) => lookAt(patient, wanted)))
    return seen.flat()
  },
)

async function lookAt({ environment, ways }: Patient, wanted: WantedCertificates): Promise<Seen[]> {
  const { name, names, settings } = wanted
  // Loading these makes or orders what is not there, which a doctor doesn't.
  if (settings.source === 'local') {
    return [
      fault(`The certificate for ${names[0]} is of the local CA, which nobody else trusts.`, {
        needs: NEEDS,
        remedy:
          'have one ordered: tls: { source: acme, terms_of_service: accepted }; or name one that you have: tls: { source: files, certificate: ..., key: ... }',
      }),
    ]
  }
  if (settings.source === 'acme') return lookAtOrdered(wanted, settings, environment)
  try {
    return (await openSource(wanted, environment, undefined, ways.roots).load()).flatMap((one) =>
      judge(one, environment.now()),
    )
  } catch (error) {
    if (isExplained(error) || error instanceof StartError) return [fault(error.message, { needs: NEEDS })]
    return [unseen(`${name}: ${(error as Error).message}`)]
  }
}

/** Pure: what is to be said of a certificate of files that is good. @param now milliseconds since 1970 */
export function judge(certificate: ServerCertificate, now: number): Seen[] {
  const { names, notAfter, warnings } = certificate
  const concern = expiryConcern(certificate, 'files', now)
  const seen = [
    ...(concern ? [attention(`${concern.words}.`, { needs: NEEDS, remedy: concern.remedy })] : []),
    ...warnings.map((one) => attention(one, { needs: NEEDS })),
  ]
  return seen.length > 0 ? seen : [good(`For ${names.join(', ')}, until ${dayOf(notAfter)}.`)]
}
