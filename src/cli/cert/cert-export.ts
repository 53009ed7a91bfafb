import type { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import { CertificateError } from '../../certificates/certificate-error.ts'
import { appleProfile } from '../../certificates/local/apple-profile.ts'
import { caFile } from '../../certificates/local/open-local-ca.ts'
import { readCertificates } from '../../certificates/read-pem.ts'
import { chainToPem, dayOf } from '../../certificates/server-certificate.ts'
import { loadConfig } from '../../config/load.ts'
import { localFolders } from '../../config/tls-sources.ts'
import { writeWholeFile } from '../../files/write-whole-file.ts'
import { CommandError } from '../command-error.ts'
import type { World } from '../world.ts'
import { type CaFormat, trustInstructions } from './trust-instructions.ts'

const FORMATS: Record<CaFormat, { file: string; content: (ca: X509Certificate) => string | Buffer }> = {
  pem: { file: 'skillgate-ca.pem', content: (ca) => chainToPem([ca]) },
  der: { file: 'skillgate-ca.cer', content: (ca) => ca.raw },
  mobileconfig: { file: 'skillgate-ca.mobileconfig', content: appleProfile },
}

/** By the ending of the file, where nobody says; `.crt` is PEM, as Debian wants it. */
const BY_ENDING: Record<string, CaFormat> = { '.mobileconfig': 'mobileconfig', '.der': 'der', '.cer': 'der' }

/**
 * `skillgate cert export [--format pem|der|mobileconfig] [FILE]`: the local CA, for other devices.
 */
export async function certExport(
  { configFile, variables, print, now, randomBytes }: World,
  { format: wanted }: { format?: string },
  ...words: string[]
): Promise<number> {
  const [typed, more] = words
  if (more !== undefined) throw new CommandError('Give one file: skillgate cert export FILE')
  const format = formatOf(wanted, typed)
  const config = loadConfig(configFile, variables)
  const [folder, ...others] = localFolders(config.tls)
  if (folder === undefined) {
    throw new CommandError(
      'There is no local CA here: tls.source isn’t local. "npx skillgate cert" shows who trusts the certificates that are served.',
    )
  }
  const ca = await readCa(folder)
  const file = typed ?? FORMATS[format].file
  const content = FORMATS[format].content(ca)
  await refuseToOverwrite(file, content)
  await writeWholeFile({ path: resolve(file), text: content, mode: 0o644, randomBytes })
  print(`${file} holds the local CA, and no key: it may go anywhere. To compare on a device, its SHA-256 fingerprint:`)
  print(`  ${ca.fingerprint256}`)
  if (ca.validToDate.getTime() < now())
    print(`Attention: it ended on ${dayOf(ca.validToDate.getTime())}. A start makes another one; export that.`)
  for (const other of others) print(`Attention: there is another CA in ${other}, which is not in this file.`)
  print('To trust it:')
  for (const line of trustInstructions(format, file, config.public_url)) print(line)
  print('Alexa never trusts it: that needs tls.source: acme, or files of a public CA.')
  return 0
}

/** @throws CommandError */
function formatOf(wanted: string | undefined, file = ''): CaFormat {
  if (wanted === undefined) return BY_ENDING[extname(file).toLowerCase()] ?? 'pem'
  if (Object.hasOwn(FORMATS, wanted)) return wanted as CaFormat
  throw new CommandError(`--format takes pem, der or mobileconfig, not "${wanted}".`)
}

async function readCa(folder: string): Promise<X509Certificate> {
  const path = caFile(folder)
  try {
    return (await readCertificates(path))[0] as X509Certificate
  } catch (error) {
    if (!(error instanceof CertificateError) || error.code !== 'file_missing') throw error
    throw new CommandError(`${path} is not there yet: the first start makes it.  npx skillgate start`)
  }
}

/** A key or somebody else's file is not to be lost by a word that was typed wrong. @throws CommandError */
async function refuseToOverwrite(file: string, content: string | Buffer): Promise<void> {
  const there = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (there === undefined || there.equals(Buffer.from(content))) return
  throw new CommandError(`${file} is there already, with something else in it. Give another name, or move it away.`)
}
