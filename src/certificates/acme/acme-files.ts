import { createHash, generateKeyPair } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Environment } from '../../config/environment.ts'
import { explainFileError } from '../../files/explain-file-error.ts'
import { makeFolder } from '../../files/keep-owner.ts'
import { StorageError } from '../../files/storage-error.ts'
import { writeWholeFile } from '../../files/write-whole-file.ts'
import { newRsaKey } from '../local/new-rsa-key.ts'
import { parsePrivateKey } from '../read-pem.ts'
import type { KeyKind } from './order.ts'

/** What is known of the tries to get a certificate, so that a restart begins none of the pauses anew. */
export interface Tries {
  /** In a row, since the last certificate. */
  failures: number
  /** Those of them that neither failed nor succeeded: the process ended meanwhile. */
  unfinished: number
  /** Until when the CA asks to wait. Milliseconds since 1970. */
  waitUntil: number
  /** When the latest began, or failed. Milliseconds since 1970. */
  triedAt: number
}

const NO_TRIES: Tries = { failures: 0, unfinished: 0, waitUntil: 0, triedAt: 0 }

/**
 * What is kept of a CA: the account's key and URL, and each certificate in one file with its key, so that no crash can
 * leave one without the other. Each file is put in place whole, with mode 0600.
 */
export interface AcmeFiles {
  /** Makes the key where there is none. @throws StorageError, CertificateError key_invalid */
  account: () => Promise<{ key: string; url: string | undefined }>
  /** @throws StorageError */
  keepAccountUrl: (url: string) => Promise<void>
  /** Where the certificate for these names is, as PEM: the chain, then the key. */
  certificateFile: (names: string[], kind: KeyKind) => string
  /** @returns undefined where there is none. @throws StorageError */
  read: (names: string[], kind: KeyKind) => Promise<string | undefined>
  /** @throws StorageError */
  write: (names: string[], kind: KeyKind, pem: string) => Promise<void>
  /** @throws StorageError */
  tries: (names: string[]) => Promise<Tries>
  /** @throws StorageError */
  keepTries: (names: string[], tries: Tries) => Promise<void>
}

/**
 * @param folder `acme` in the data folder. @param directory URL: each CA has a folder of its own, so that a certificate
 * of a CA for trying is never taken for one that browsers trust.
 */
export function openAcmeFiles(
  folder: string,
  directory: string,
  { randomBytes }: Pick<Environment, 'randomBytes'>,
): AcmeFiles {
  const own = join(folder, folderName(directory))
  const keyFile = join(own, 'account.key')
  const urlFile = join(own, 'account.json')

  async function write(path: string, text: string, ifAbsent = false): Promise<void> {
    makeFolder(own)
    await writeWholeFile({ path, text, mode: 0o600, ifAbsent, randomBytes })
  }

  async function newAccountKey(): Promise<string> {
    // The account of a key that was lost is of no use to another, and no CA would say so.
    if ((await readText(urlFile)) !== undefined) await write(urlFile, '{}\n')
    await write(keyFile, await newKey('ec'), true)
    return (await readText(keyFile)) as string
  }

  const fileOf = (names: string[], ending: string) => join(own, `${fileName(names[0] as string)}.${ending}`)

  return {
    async account() {
      const key = (await readText(keyFile)) ?? (await newAccountKey())
      parsePrivateKey(key, keyFile)
      const { url } = parse(await readText(urlFile))
      return { key, url: typeof url === 'string' ? url : undefined }
    },
    keepAccountUrl: (url) => write(urlFile, `${JSON.stringify({ directory, url }, undefined, 2)}\n`),
    certificateFile: (names, kind) => fileOf(names, `${kind}.pem`),
    read: (names, kind) => readText(fileOf(names, `${kind}.pem`)),
    write: (names, kind, pem) => write(fileOf(names, `${kind}.pem`), pem),
    async tries(names) {
      const { failures, unfinished, waitUntil, triedAt } = parse(await readText(fileOf(names, 'tries.json')))
      const count = (value: unknown) => (Number.isSafeInteger(value) ? Math.max(value as number, 0) : 0)
      return {
        failures: count(failures),
        unfinished: count(unfinished),
        waitUntil: count(waitUntil),
        triedAt: count(triedAt),
      }
    },
    async keepTries(names, tries) {
      await write(fileOf(names, 'tries.json'), `${JSON.stringify({ ...NO_TRIES, ...tries })}\n`)
    },
  }
}

/** A new key for a certificate or an account. @returns PEM, PKCS#8 */
export async function newKey(kind: KeyKind): Promise<string> {
  const ec = async () => (await promisify(generateKeyPair)('ec', { namedCurve: 'P-256' })).privateKey
  const key = kind === 'rsa' ? await newRsaKey() : await ec()
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** Two directories of one host have different ones. */
function folderName(directory: string): string {
  const hash = createHash('sha256').update(directory).digest('hex').slice(0, 8)
  return `${new URL(directory).host.replaceAll(':', '_')}-${hash}`
}

/** No name has an underscore, so no two names have one file. */
function fileName(name: string): string {
  return name.replace('*', '_')
}

/** @returns undefined where there is no such file. @throws StorageError */
async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new StorageError(explainFileError(error, path, 'read'), { cause: error })
  }
}

/** What can't be read is as good as nothing: it is written anew. */
function parse(text: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '{}')
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
