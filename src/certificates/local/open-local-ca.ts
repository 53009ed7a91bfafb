import type { KeyObject, X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { writeWholeFile } from '../../files/write-whole-file.ts'
import { CertificateError } from '../certificate-error.ts'
import { readCertificates, readPrivateKey } from '../read-pem.ts'
import { commonNameOf, dayOf } from '../server-certificate.ts'
import type { RandomBytes } from './local-ca.ts'
import { newRsaKey } from './new-rsa-key.ts'

export type LocalCa = { certificate: X509Certificate; key: KeyObject }

/** A CA of the gateway's own. */
export type CaKind = {
  /** Its files are this with `.pem` and `.key`. */
  file: string
  /** What the name of its certificate begins with. */
  title: string
  /** Ends the sentence "a new CA is made then, ...". */
  loss: string
}

const LOCAL: CaKind = {
  file: 'local-ca',
  title: 'Skillgate local CA',
  loss: 'which every device has to trust again',
}

type Context = { directory: string; host: string; now: number; randomBytes: RandomBytes; kind?: CaKind }
type Place = Pick<Context, 'directory' | 'kind'>

export const caFile = (directory: string, { file } = LOCAL): string => join(directory, `${file}.pem`)
const keyFile = ({ directory, kind: { file } = LOCAL }: Place): string => join(directory, `${file}.key`)

/**
 * The local CA, made when there is none or when it has expired. People have trusted the one that is there, so
 * otherwise it is never replaced: what is wrong with it is an error.
 * @throws CertificateError
 */
export async function openLocalCa(context: Context): Promise<LocalCa> {
  const found = await readCa(context)
  const expired = found && context.now > found.validToDate.getTime()
  if (found && !expired) return { certificate: found, key: await keyOf(found, context) }
  const key = await readOrMakeKey(context)
  await writeCa(context, key, !expired)
  const certificate = (await readCa(context)) ?? gone(context)
  return { certificate, key: await keyOf(certificate, context) }
}

/** A new certificate for the CA's key, which then has to be trusted again. */
export const renewLocalCa = (context: Context, key: KeyObject): Promise<void> => writeCa(context, key, false)

async function readCa(place: Place): Promise<X509Certificate | undefined> {
  const path = caFile(place.directory, place.kind)
  const found = await readCertificates(path).catch((error: CertificateError) => {
    if (error.code === 'file_missing') return []
    throw new CertificateError(error.code, `${error.message} ${remedy(place)}`, error)
  })
  const ca = found[0]
  if (!ca) return undefined
  if (found.length === 1 && ca.ca && commonNameOf(ca) && ca.verify(ca.publicKey)) return ca
  const advice = 'For a certificate of your own use tls.source: files; for a new local CA move this file away.'
  throw new CertificateError('ca_foreign', `${path} is not a CA that Skillgate made. ${advice}`)
}

async function keyOf(ca: X509Certificate, { now, ...place }: Context): Promise<KeyObject> {
  const path = caFile(place.directory, place.kind)
  if (now < ca.validFromDate.getTime()) {
    const message = `${path} is valid only from ${ca.validFromDate.toISOString()}`
    const advice = `it is ${new Date(now).toISOString()} now. Check this machine's clock.`
    throw new CertificateError('certificate_not_yet_valid', `${message}; ${advice}`)
  }
  const key = await readKey(place)
  if (!key) {
    const message = `${keyFile(place)} is missing, but ${path} (made ${dayOf(ca.validFromDate.getTime())})`
    throw new CertificateError('ca_key_missing', `${message} needs it. ${remedy(place)}`)
  }
  if (ca.checkPrivateKey(key)) return key
  const message = `The key in ${keyFile(place)} does not belong to the certificate in ${path}.`
  throw new CertificateError('ca_key_mismatch', `${message} ${remedy(place)}`)
}

async function readKey(place: Place): Promise<KeyObject | undefined> {
  const key = await readPrivateKey(keyFile(place)).catch((error: CertificateError) => {
    if (error.code === 'file_missing') return undefined
    throw new CertificateError(error.code, `${error.message} ${remedy(place)}`, error)
  })
  if (!key || key.asymmetricKeyType === 'rsa') return key
  const message = `${keyFile(place)} is an ${key.asymmetricKeyType} key, but that of this CA is an RSA key.`
  throw new CertificateError('key_invalid', `${message} ${remedy(place)}`)
}

/** A key is made once and never replaced, so certificates made by two processes at once all match it. */
async function readOrMakeKey({ randomBytes, ...place }: Context): Promise<KeyObject> {
  const found = await readKey(place)
  if (found) return found
  const text = (await newRsaKey()).export({ type: 'pkcs8', format: 'pem' }).toString()
  await writeWholeFile({ path: keyFile(place), text, mode: 0o600, ifAbsent: true, randomBytes })
  return (await readKey(place)) ?? gone(place)
}

async function writeCa(context: Context, key: KeyObject, ifAbsent: boolean): Promise<void> {
  const { makeCaCertificate } = await import('./local-ca.ts')
  const text = makeCaCertificate({ ...context, key, title: context.kind?.title })
  const { directory, kind, randomBytes } = context
  await writeWholeFile({ path: caFile(directory, kind), text, mode: 0o644, ifAbsent, randomBytes })
}

function gone({ directory }: Place): never {
  throw new CertificateError(
    'unsettled',
    `The files of the CA in ${directory} vanished while they were made. Try again.`,
  )
}

const remedy = ({ directory, kind: { file, loss } = LOCAL }: Place): string =>
  `Put ${file}.pem and ${file}.key back from one backup, or remove both from ${directory}: a new CA is made then, ${loss}.`
