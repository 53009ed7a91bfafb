import { readFile } from 'node:fs/promises'
import type { Environment } from '../../config/environment.ts'
import type { TlsSource } from '../../config/tls-sources.ts'
import { explainFileError } from '../../files/explain-file-error.ts'
import { openTurns } from '../../limits/in-turn.ts'
import type { Logger } from '../../telemetry/log.ts'
import { CertificateError } from '../certificate-error.ts'
import type { Challenges } from '../challenges.ts'
import { type AcmeFiles, newKey, openAcmeFiles } from './acme-files.ts'
import { type CertificateAuthority, type Directory, type KeyKind, OrderError, type OrderWays } from './order.ts'
import { readStored, type StoredCertificate } from './stored-certificate.ts'

export type AcmeSettings = Extract<TlsSource, { source: 'acme' }>

export interface AcmeOptions {
  settings: AcmeSettings
  /** What the certificates are for. */
  names: string[]
  /** `acme` in the data folder. */
  folder: string
  authority: CertificateAuthority
  /** What the listeners show a CA. */
  challenges: Pick<Challenges, 'put' | 'remove' | 'putAlpn' | 'removeAlpn'>
  environment: Pick<Environment, 'now' | 'randomBytes'>
  log: Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>
  /** Ends sooner when it is told to, by rejecting. */
  sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>
  /** `Skillgate/VERSION`. */
  userAgent: string
}

/** The certificates of one source: those that are kept, and how new ones are got. */
export interface AcmeOrders {
  files: AcmeFiles
  file: (kind: KeyKind) => string
  /** What is kept and good now. @throws StorageError */
  stored: (kind: KeyKind) => Promise<StoredCertificate | undefined>
  /** Gets new ones, one after the other; each is kept as soon as it is there. @param stopping gives it up. @throws CertificateError, StorageError */
  order: (kinds: KeyKind[], stopping?: AbortSignal) => Promise<void>
  /** @throws CertificateError */
  directory: () => Promise<Directory>
}

export function openOrders(options: AcmeOptions): AcmeOrders {
  const { settings, names, folder, authority, environment, log, userAgent } = options
  const { now } = environment
  const files = openAcmeFiles(folder, settings.directory, environment)
  const file = (kind: KeyKind) => files.certificateFile(names, kind)
  const inTurn = openTurns()

  async function stored(kind: KeyKind): Promise<StoredCertificate | undefined> {
    const pem = await files.read(names, kind)
    if (pem === undefined) return undefined
    try {
      return readStored(pem, file(kind), { names, now: now() })
    } catch (error) {
      if (!(error instanceof CertificateError)) throw error
      log.debug({ detail: error.message }, 'certificate that is kept is not served')
      return undefined
    }
  }

  async function directory(): Promise<Directory> {
    return { directory: settings.directory, roots: await rootsOf(settings), userAgent }
  }

  async function orderOne(kind: KeyKind, stopping?: AbortSignal): Promise<void> {
    const { challenge, email, profile, terms_of_service } = settings
    const { key: accountKey, url: accountUrl } = await files.account()
    const before = await files.read(names, kind)
    const key = await newKey(kind)
    const what = `${kind === 'rsa' ? 'RSA' : 'EC'}, for ${names.join(', ')}`
    log.info({ detail: `${what}, from ${new URL(settings.directory).host} by ${challenge}` }, 'certificate ordered')
    const request = {
      ...(await directory()),
      ...{ accountKey, accountUrl, email, challenge, names, key, profile },
      termsOfServiceAgreed: terms_of_service === 'accepted',
      replaces: before,
    }
    const { certificate } = await authority.order(request, waysOf(options, files), stopping)
    if (typeof certificate !== 'string')
      throw new OrderError(`${settings.directory} gave something else than a certificate.`)
    const pem = `${certificate.trim()}\n${key}`
    const { notAfter, missing } = checked(pem, settings.directory, { names, now: now() })
    if (missing.length > 0)
      throw new OrderError(`${settings.directory} gave a certificate that is not for ${missing.join(', ')}.`)
    await files.write(names, kind, pem)
    log.info({ detail: `${what}, good until ${new Date(notAfter).toISOString()}` }, 'certificate issued')
  }

  async function order(kinds: KeyKind[], stopping?: AbortSignal): Promise<void> {
    for (const kind of kinds) await orderOne(kind, stopping)
  }

  return {
    files,
    file,
    stored,
    directory,
    order: (kinds, stopping) => inTurn(() => order(kinds, stopping)),
  }
}

function waysOf({ challenges, log }: AcmeOptions, files: AcmeFiles): OrderWays {
  return {
    tell: (sentence) => log.debug({ detail: sentence }, 'certificate order'),
    putHttp: async (token, keyAuthorization) => challenges.put(token, keyAuthorization),
    removeHttp: async (token) => challenges.remove(token),
    putAlpn: challenges.putAlpn,
    removeAlpn: async (name) => challenges.removeAlpn(name),
    keepAccount: files.keepAccountUrl,
  }
}

/** @throws OrderError where a CA gave what can't be served. */
function checked(pem: string, directory: string, wanted: { names: string[]; now: number }): StoredCertificate {
  try {
    return readStored(pem, `what ${directory} gave`, wanted)
  } catch (error) {
    throw new OrderError((error as Error).message, {}, error)
  }
}

async function rootsOf({ ca }: AcmeSettings): Promise<string | undefined> {
  if (ca === undefined) return undefined
  try {
    return await readFile(ca, 'utf8')
  } catch (error) {
    throw new CertificateError('file_unreadable', explainFileError(error, ca, 'read'), error)
  }
}
