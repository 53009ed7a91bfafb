import { generateKeyPair, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { openAnswering } from '../../app/certificates/open-answering.ts'
import { isMeantBy } from '../../app/certificates/renew-source.ts'
import { type WantedCertificates, wantedCertificates } from '../../app/certificates/wanted-certificates.ts'
import { version } from '../../app/version.ts'
import { readDirectory } from '../../certificates/acme/read-directory.ts'
import { stagingDirectory } from '../../certificates/acme/staging-directory.ts'
import { CertificateError } from '../../certificates/certificate-error.ts'
import { certificateFacts } from '../../certificates/certificate-facts.ts'
import { newRsaKey } from '../../certificates/local/new-rsa-key.ts'
import { parseCertificates } from '../../certificates/read-pem.ts'
import { dayOf } from '../../certificates/server-certificate.ts'
import { loadConfig } from '../../config/load.ts'
import type { Config } from '../../config/schema.ts'
import type { TlsSource } from '../../config/tls-sources.ts'
import { CommandError } from '../command-error.ts'
import type { World } from '../world.ts'

type AcmeSettings = Extract<TlsSource, { source: 'acme' }>

/**
 * `skillgate cert get --staging [NAME]`: has a CA make a certificate where that costs nothing, each step in words, and
 * throws it away.
 */
export async function certGet(
  world: World,
  { staging = false }: { staging?: boolean },
  ...words: string[]
): Promise<number> {
  const [name = '', more] = words
  if (more !== undefined) throw new CommandError('Give one name at most: skillgate cert get --staging NAME')
  if (!staging) throw new CommandError(ONLY_STAGING)
  const config = loadConfig(world.configFile, world.variables)
  const meant = wantedCertificates(config).filter(isMeantBy(name))
  const sources = meant.filter(({ settings }) => settings.source === 'acme')
  if (sources.length === 0) throw new CommandError(name ? `${NO_ACME} for ${name}.${HOW}` : `${NO_ACME}.${HOW}`)
  let isGood = true
  for (const one of sources) isGood = (await tryOut(one, one.settings as AcmeSettings, { config, world })) && isGood
  return isGood ? 0 : 1
}

const ONLY_STAGING =
  'This only tries things out:  npx skillgate cert get --staging\nThe certificate that is served is got by the gateway itself; "npx skillgate cert renew" has it do so at once.'
const NO_ACME = 'No certificate comes from a CA of its own accord'
const HOW = ` In gateway.yaml it would be, for example:
  tls: { source: acme, terms_of_service: accepted }`

async function tryOut(
  { name, names }: WantedCertificates,
  settings: AcmeSettings,
  { config, world }: { config: Config; world: World },
): Promise<boolean> {
  const { print } = world
  const directory = stagingDirectory(settings.directory)
  if (settings.eab && directory === settings.directory) {
    print(`${name}: ${ONE_ACCOUNT}`)
    return false
  }
  const roots = settings.ca === undefined ? undefined : await readFile(settings.ca, 'utf8')
  const userAgent = `Skillgate/${version()}`
  print(`${name}: a certificate for ${names.join(', ')}, by ${settings.challenge}, from ${directory}`)
  if (directory === settings.directory) print(`  ${NO_STAGING}`)
  const tell = (sentence: string) => print(`  ${sentence}`)
  try {
    const { termsOfService } = await readDirectory(directory, { roots, userAgent })
    tell(termsOfService ? `Its terms of service: ${termsOfService}` : 'It names no terms of service.')
    // What speaks to a CA takes half a second to load, and no other command needs it.
    const { orderCertificate } = await import('../../certificates/acme/order-certificate.ts')
    const answering = await openAnswering(config, settings, { environment: world, tell })
    try {
      const { certificate } = await orderCertificate(
        {
          ...{ directory, roots, userAgent, names, challenge: settings.challenge },
          ...{ accountKey: pem(await newEcKey()), key: pem(await newKey(settings.keys[0])) },
          ...{ termsOfServiceAgreed: true, email: settings.email, profile: settings.profile },
        },
        { ...answering.ways, tell },
        world,
      )
      sayWhatCame(certificate, tell)
      return true
    } finally {
      await answering.close()
    }
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error
    tell(error.message)
    tell('So no certificate came. Nothing of what is served has changed.')
    return false
  }
}

const NO_STAGING =
  'Attention: no staging of this CA is known here, so it is asked itself, and what it gives may count for its limits.'

/** Google's credentials, for one, are good for a single account. */
const ONE_ACCOUNT =
  'nothing was tried. No staging of this CA is known here, and an account that is thrown away might use up the credentials in "tls.eab". "npx skillgate cert renew" asks for the certificate itself.'

function sayWhatCame(certificate: string, tell: (sentence: string) => void): void {
  const { names, key, issuer, notAfter } = certificateFacts(parseCertificates(certificate, 'the CA’s answer'), [])
  tell(`It came: for ${names.join(', ')}, ${key}, from ${issuer}, until ${dayOf(notAfter)}.`)
  tell('It was thrown away. Nothing of what is served has changed.')
}

function newKey(kind: 'rsa' | 'ec' | undefined): Promise<KeyObject> {
  return kind === 'ec' ? newEcKey() : newRsaKey()
}

async function newEcKey(): Promise<KeyObject> {
  return (await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' })).privateKey
}

function pem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}
