import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto'
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { localCertificate } from '../../src/certificates/local/local-certificate.ts'

export const NOW = Date.UTC(2026, 10, 23, 6)
export const DAY = 86_400_000
export const NAMES = ['dev.jasonhollis.com', 'localhost', '127.0.0.1', '::1']
export const FILES = ['local-ca.key', 'local-ca.pem', 'local.key', 'local.pem']

const root = await mkdtemp(join(tmpdir(), 'skillgate-local-'))
export const temporary = () => mkdtemp(join(root, 'certs-'))
export const get = (directory: string, now = NOW, names = NAMES) =>
  localCertificate({ directory, names, now, randomBytes })
export const text = (directory: string, name: string) => readFile(join(directory, name), 'utf8')
export const certificateIn = async (directory: string, name: string) => new X509Certificate(await text(directory, name))

// Two sets, made once for each test file; every test works on a copy of one of them.
export const [original, stranger] = [await temporary(), await temporary()]
await Promise.all([get(original), get(stranger)])

/** Removes all folders made here, for the end of a test file. */
export const removeAll = () => rm(root, { recursive: true })

/** @returns a folder with a copy of `original` */
export async function copied() {
  const directory = await temporary()
  await cp(original, directory, { recursive: true })
  return directory
}

/** Whether the keys, the certificate and the CA in a folder belong together. */
export async function consistent(directory: string) {
  const [ca, leaf] = [await certificateIn(directory, 'local-ca.pem'), await certificateIn(directory, 'local.pem')]
  return (
    ca.checkPrivateKey(createPrivateKey(await text(directory, 'local-ca.key'))) &&
    leaf.checkPrivateKey(createPrivateKey(await text(directory, 'local.key'))) &&
    leaf.checkIssued(ca) &&
    leaf.verify(ca.publicKey) &&
    (await text(directory, 'local.pem')).endsWith(await text(directory, 'local-ca.pem'))
  )
}

/** Which of the four files differ from the ones in `original`. */
export async function changed(directory: string) {
  const same = await Promise.all(FILES.map(async (f) => (await text(directory, f)) === (await text(original, f))))
  return FILES.filter((_, index) => !same[index])
}
