import { constants } from 'node:fs'
import { type FileHandle, open, readlink, realpath } from 'node:fs/promises'
import { dirname } from 'node:path'
import { accountForChown } from '../files/account-name.ts'
import { explainFileError } from '../files/explain-file-error.ts'
import { CertificateError } from './certificate-error.ts'

/** Whole chains with their keys have some thousand bytes. */
const SIZE_LIMIT_BYTES = 1_048_576

/** A pipe would be waited for until somebody writes into it. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/**
 * What is in a file of certificates or of a key. What is only forbidden is never called missing or damaged.
 * @throws CertificateError file_missing, file_unreadable
 */
export async function readCertificateFile(path: string): Promise<Buffer> {
  let handle: FileHandle | undefined
  try {
    handle = await open(path, FLAGS)
    const stats = await handle.stat()
    if (stats.isDirectory())
      throw unreadable(`${path} is a folder: name the file in it, such as ${path}/fullchain.pem.`)
    if (!stats.isFile()) throw unreadable(`${path} is no plain file, but a pipe or a device: check the path under tls.`)
    if (stats.size > SIZE_LIMIT_BYTES) {
      throw unreadable(`${path} has ${stats.size} bytes, far more than any certificate: check the path under tls.`)
    }
    return await handle.readFile()
  } catch (error) {
    throw error instanceof CertificateError ? error : await explained(error, path)
  } finally {
    await handle?.close()
  }
}

const unreadable = (message: string): CertificateError => new CertificateError('file_unreadable', message)

async function explained(error: unknown, path: string): Promise<CertificateError> {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') {
    const target = await readlink(path).catch(() => undefined)
    const message =
      target === undefined
        ? `${path} does not exist: check the path under tls.`
        : `${path} is a link to ${target}, which does not exist: check what keeps it fresh, such as "certbot certificates".`
    return new CertificateError('file_missing', message, error)
  }
  if (code === 'ERR_ACCESS_DENIED') {
    const message = `${path} leads to where this process may not look since it started: restart Skillgate.`
    return new CertificateError('file_unreadable', message, error)
  }
  const said = explainFileError(error, path, 'read')
  const words =
    code === 'EACCES' && (await isCertbots(path)) ? `${said.split(/(?<=\(uid \d+\)\.) /)[0]} ${copying(path)}` : said
  return new CertificateError('file_unreadable', words, error)
}

/** Whether it lies as certbot lays it out: `live/NAME/` with links into `archive/NAME/`. */
async function isCertbots(path: string): Promise<boolean> {
  const whole = await realpath(path).catch(() => path)
  return [path, whole].some((one) => /\/(live|archive)\/[^/]+\/[^/]+$/.test(one))
}

/** Its folders are for root alone, and each renewal makes new files: giving one away doesn't last. */
function copying(path: string): string {
  const hook = '/etc/letsencrypt/renewal-hooks/deploy/skillgate'
  const copy = `install -D -o ${accountForChown(process.geteuid?.() ?? 0)} -m 600 -t /etc/skillgate/tls "$RENEWED_LINEAGE/fullchain.pem" "$RENEWED_LINEAGE/privkey.pem"`
  const commands = [
    `printf '%s\\n' '#!/bin/sh' '${copy}' | sudo tee ${hook}`,
    `sudo chmod +x ${hook}`,
    `sudo RENEWED_LINEAGE=${dirname(path)} ${hook}`,
  ]
  return `Certbot makes new files for root at each renewal, so have it copy them:  ${commands.join(' && ')}  and name /etc/skillgate/tls/fullchain.pem and /etc/skillgate/tls/privkey.pem under tls.`
}
