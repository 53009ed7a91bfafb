import { rootCertificates } from 'node:tls'
import { type SeenCertificates, seeCertificates } from '../../app/certificates/see-certificates.ts'
import { type WantedCertificates, wantedCertificates } from '../../app/certificates/wanted-certificates.ts'
import { type CertificateFacts, certificateFacts } from '../../certificates/certificate-facts.ts'
import { caFile } from '../../certificates/local/open-local-ca.ts'
import { renewedFrom } from '../../certificates/renewed-from.ts'
import { DAY, dayOf } from '../../certificates/server-certificate.ts'
import { loadConfig } from '../../config/load.ts'
import { harmless } from '../table.ts'
import type { World } from '../world.ts'

/** `skillgate cert`: which certificates there are, until when, and who renews them. Changes nothing. */
export async function cert(world: World): Promise<number> {
  const config = loadConfig(world.configFile, world.variables)
  const wanted = wantedCertificates(config)
  if (wanted.length === 0) {
    world.print('There are no certificates here: TLS ends at a proxy in front, which has them.')
    return 0
  }
  let isGood = true
  for (const one of wanted) {
    const seen = await seeCertificates(one, world)
    if (seen.trouble !== undefined) isGood = false
    for (const line of describe(seen, world.now())) world.print(harmless(line))
  }
  return isGood ? 0 : 1
}

function describe({ wanted, chains, trouble }: SeenCertificates, now: number): string[] {
  if (trouble !== undefined)
    return [wanted.name, `  can't be served: ${trouble}`, '  A gateway that runs goes on with the one that it had.']
  if (chains.length === 0) return [`${wanted.name}: none yet. ${whereFrom(wanted)}`]
  return chains.flatMap((chain) => {
    const facts = certificateFacts(chain, rootCertificates)
    return [
      `${wanted.name}: ${facts.names.join(', ')}`,
      `  key      ${facts.key}`,
      `  issuer   ${facts.issuer}`,
      `  until    ${dayOf(facts.notAfter)}, ${leftOf(facts, now)}`,
      `  trusted  ${whoTrusts(wanted, facts)}`,
      `  renewed  ${whoRenews(wanted, facts, now)}`,
    ]
  })
}

function whereFrom({ settings: { source } }: WantedCertificates): string {
  if (source === 'local') return 'The first start makes it.'
  return 'A gateway that runs gets it from the CA; its log says what became of that, and "npx skillgate cert get --staging" each step.'
}

function leftOf({ notAfter, lifeMs }: CertificateFacts, now: number): string {
  const left = notAfter - now
  if (left <= 0) return 'which is over'
  const time = left < 2 * DAY ? `${Math.floor(left / 3_600_000)} hours` : `${Math.floor(left / DAY)} days`
  return `${time} left, ${Math.floor((100 * left) / lifeMs)} % of its life`
}

function whoTrusts({ settings }: WantedCertificates, { isPublic }: CertificateFacts): string {
  if (isPublic) return 'by everybody'
  if (settings.source !== 'local') return 'not by everybody, so not by Alexa'
  return `where ${caFile(settings.directory)} is trusted, so not by Alexa:  npx skillgate cert export`
}

function whoRenews({ settings }: WantedCertificates, { notAfter, lifeMs }: CertificateFacts, now: number): string {
  if (settings.source === 'files') return `by whoever writes ${settings.certificate}; taken up by itself`
  const at = renewedFrom(settings.source, { notBefore: notAfter - lifeMs, notAfter })
  return `by Skillgate, ${from(at, now)}${settings.source === 'acme' ? ', or when the CA says' : ''}`
}

function from(at: number, now: number): string {
  return at > now ? `from ${dayOf(at)}` : 'within the hour that it runs'
}
