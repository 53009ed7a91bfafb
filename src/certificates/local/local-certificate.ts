import { KeyObject, type X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { makeFolder } from '../../files/keep-owner.ts'
import { writeWholeFile } from '../../files/write-whole-file.ts'
import { CertificateError, type CertificateErrorCode } from '../certificate-error.ts'
import { readCertificates, readPrivateKey } from '../read-pem.ts'
import { renewedFrom } from '../renewed-from.ts'
import {
  certificateName,
  chainToPem,
  coversName,
  namesOf,
  notAfterOf,
  notBeforeOf,
  type ServerCertificate,
} from '../server-certificate.ts'
import { leafEnd } from './lifetimes.ts'
import type { RandomBytes } from './local-ca.ts'
import { newRsaKey } from './new-rsa-key.ts'
import { caFile, type LocalCa, openLocalCa, renewLocalCa } from './open-local-ca.ts'

type Options = { directory: string; names: string[]; now: number; randomBytes: RandomBytes }
type Wanted = Options & {
  /** Makes another one, although that which is there would do. */
  anew?: boolean
}
type Leaf = { chain: X509Certificate[]; key: KeyObject }

const ATTEMPTS = 5
const REMAKEABLE: CertificateErrorCode[] = ['file_missing', 'certificate_invalid', 'key_invalid', 'key_encrypted']

/**
 * The certificate of the local CA for `names` (DNS names, IP addresses), made or renewed when it has to be.
 *
 * Needs no lock: a key is created once and certificates are made from the key that is on the disk, so whichever of two
 * processes writes last, the pair matches. What is returned was read back from the disk and checked.
 * @param options `now` in milliseconds since 1970
 * @throws CertificateError
 */
export async function localCertificate({
  directory,
  names,
  now,
  randomBytes,
  anew = false,
}: Wanted): Promise<ServerCertificate> {
  const wanted = [...new Set(names.map(certificateName))]
  if (!wanted[0]) throw new CertificateError('no_names', 'A certificate needs at least one name: check public_url.')
  makeDirectory(directory)
  const context = { directory, host: wanted[0], now, randomBytes }
  let made = false
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const ca = await openLocalCa(context)
    const leaf = await readLeaf(directory)
    if (leaf && (made || !anew) && isGood(leaf, ca, wanted, now)) return served(leaf, made, directory)
    made = true
    if (ca.certificate.validToDate.getTime() < leafEnd(now)) await renewLocalCa(context, ca.key)
    else await makeLeaf({ directory, names: wanted, now, randomBytes }, ca)
  }
  const message = `The certificate in ${directory} keeps changing while it is made: is something else writing there?`
  throw new CertificateError('unsettled', message)
}

function isGood({ chain, key }: Leaf, ca: LocalCa, names: string[], now: number): boolean {
  const leaf = chain[0]!
  return (
    chain.length === 2 &&
    chain[1]!.fingerprint256 === ca.certificate.fingerprint256 &&
    leaf.checkIssued(ca.certificate) &&
    leaf.verify(ca.certificate.publicKey) &&
    leaf.checkPrivateKey(key) &&
    leaf.validFromDate.getTime() <= now &&
    now <= renewedFrom('local', { notBefore: notBeforeOf(chain), notAfter: leaf.validToDate.getTime() }) &&
    leaf.validToDate <= ca.certificate.validToDate &&
    names.every((name) => coversName(leaf, name))
  )
}

async function makeLeaf({ directory, names, now, randomBytes }: Options, ca: LocalCa): Promise<void> {
  const key = await leafKey(directory, randomBytes)
  // Once in a year: a start that makes nothing is spared node-forge.
  const { makeLeafCertificate } = await import('./local-ca.ts')
  const leaf = makeLeafCertificate({ ca: ca.certificate, caKey: ca.key, key, names, now, randomBytes })
  const text = leaf + chainToPem([ca.certificate])
  await writeWholeFile({ path: join(directory, 'local.pem'), text, mode: 0o644, randomBytes })
}

/** The key that is there is used again, so that a certificate made by another process at the same time matches too. */
async function leafKey(directory: string, randomBytes: RandomBytes): Promise<KeyObject> {
  const path = join(directory, 'local.key')
  const found = await readPrivateKey(path).catch(unlessRemakeable)
  if (found instanceof KeyObject && (found.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048) return found
  const text = (await newRsaKey()).export({ type: 'pkcs8', format: 'pem' }).toString()
  await writeWholeFile({ path, text, mode: 0o600, ifAbsent: found === 'file_missing', randomBytes })
  return readPrivateKey(path)
}

async function readLeaf(directory: string): Promise<Leaf | undefined> {
  const chain = await readCertificates(join(directory, 'local.pem')).catch(unlessRemakeable)
  const key = await readPrivateKey(join(directory, 'local.key')).catch(unlessRemakeable)
  return typeof chain === 'string' || typeof key === 'string' ? undefined : { chain, key }
}

function unlessRemakeable(error: CertificateError): CertificateErrorCode {
  if (REMAKEABLE.includes(error.code)) return error.code
  throw error
}

function served({ chain, key }: Leaf, made: boolean, directory: string): ServerCertificate {
  return {
    certificate: chainToPem(chain),
    key: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    names: namesOf(chain[0]!),
    notBefore: notBeforeOf(chain),
    notAfter: notAfterOf(chain),
    made,
    caFile: caFile(directory),
    warnings: [],
  }
}

function makeDirectory(directory: string): void {
  try {
    makeFolder(directory)
  } catch (error) {
    throw new CertificateError('file_unwritable', `The folder of the certificates: ${(error as Error).message}`, error)
  }
}
