import { endpointCertificate, IN_CONSOLE } from '../../../alexa/console/endpoint-certificate.ts'
import { coversName, namesOf } from '../../../certificates/server-certificate.ts'
import type { ChainFacts } from './judge-chain.ts'
import type { Judged } from './judged.ts'
import { lookThere } from './look-there.ts'
import { pathToRoot } from './path-to-root.ts'
import { publicHost } from './public-host.ts'
import { shakeHands } from './shake-hands.ts'

/** What to choose in the console of the certificate that is really served. */
export const CONSOLE_CERTIFICATE = lookThere('console-certificate', 'Certificate type', async (patient, place) => {
  const host = publicHost(patient)
  const handshake = await shakeHands(place, host, { maxVersion: 'TLSv1.2' })
  if (handshake.kind !== 'done' || handshake.sent.length === 0)
    return [{ verdict: 'unseen', found: 'the certificate can\'t be looked at (see "TLS").' }]
  return judgeConsoleType({ host, sent: handshake.sent, roots: patient.ways.roots })
})

export function judgeConsoleType({ host, sent, roots }: Omit<ChainFacts, 'now'>): Judged[] {
  const [leaf] = sent
  if (!leaf || !coversName(leaf, host))
    return [{ verdict: 'unseen', found: `none fits, for the certificate isn't for ${host} (see "Certificate").` }]
  const { isTrusted } = pathToRoot(sent, roots)
  const type = endpointCertificate({ names: namesOf(leaf), ...(!isTrusted && { caFile: '' }) }, host)
  if (type === 'SelfSigned') {
    const found = 'SelfSigned; the console offers that for tests of an endpoint, and account linking never takes it.'
    return [{ verdict: 'attention', found, needs: 'Trusted or Wildcard.', remedy: 'see "Certificate".' }]
  }
  const found = `${type}: in the console, Build, Assets, Endpoint, choose "${IN_CONSOLE[type]}".`
  return [{ verdict: 'good', found }]
}
