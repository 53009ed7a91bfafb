import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Environment } from '../config/environment.ts'
import { StorageError } from '../files/storage-error.ts'
import { writeWholeFile } from '../files/write-whole-file.ts'
import { isSecret, newSecret } from './secret.ts'

/** What was sealed can't be opened, or the key file can't be used; the message says why and what to do. */
export class SealError extends StorageError {
  override name = 'SealError'
}

/** Keeps what has to be readable again, so that a copy of the database alone tells nothing. */
export interface Sealer {
  /** @param purpose what the text is and whose, such as `totp:<user id>`: it opens for that purpose only. */
  seal: (text: string, purpose: string) => string
  /** @throws SealError when it was sealed for another purpose or with another key, or is damaged. */
  open: (sealed: string, purpose: string) => string
  /** A key of 32 bytes for something else, the same at each start. @see RFC 5869 */
  key: (purpose: string) => Buffer
}

/** The key file in the data folder. */
export function keyFile(dataDirectory: string): string {
  return join(dataDirectory, 'skillgate.key')
}

/**
 * Seals with AES-256-GCM under the key in this file, which is made with mode 0600 if it isn't there.
 * @throws SealError when the file holds anything else; StorageError when it can't be written.
 */
export async function openSealer(file: string, environment: Pick<Environment, 'randomBytes'>): Promise<Sealer> {
  const { randomBytes } = environment
  if ((await readKey(file)) === undefined) {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    await writeWholeFile({ path: file, text: `${newSecret(environment)}\n`, mode: 0o600, ifAbsent: true, randomBytes })
  }
  // Read again: another process may have been first.
  const master = await readKey(file)
  if (!master) throw new SealError(`${file} was deleted while it was being made. Try again.`)
  const derive = (info: string, size = 32) => Buffer.from(hkdfSync('sha256', master, '', `skillgate ${info}`, size))
  const sealingKey = derive('seal')
  const keyName = derive('name', 6).toString('base64url')

  function seal(text: string, purpose: string): string {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', sealingKey, nonce).setAAD(Buffer.from(purpose))
    const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
    return `${keyName}.${sealed.toString('base64url')}`
  }

  function open(sealed: string, purpose: string): string {
    const [name, data = ''] = sealed.split('.')
    if (name !== keyName) throw new SealError(sealedWithAnotherKey(file))
    const bytes = Buffer.from(data, 'base64url')
    try {
      const decipher = createDecipheriv('aes-256-gcm', sealingKey, bytes.subarray(0, 12), { authTagLength: 16 })
      decipher.setAAD(Buffer.from(purpose)).setAuthTag(bytes.subarray(-16))
      return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString()
    } catch (cause) {
      const kind = purpose.split(':')[0]
      throw new SealError(
        `Something sealed in the database (${kind}) is damaged or was moved there from elsewhere. Set it up anew.`,
        { cause },
      )
    }
  }

  return { seal, open, key: (purpose) => derive(`key ${purpose}`) }
}

function sealedWithAnotherKey(file: string): string {
  return [
    `Something in the database was sealed with another key than the one in ${file}:`,
    'that file was lost or replaced, and a new one was made.',
    'Put the old one back from a backup and restart, or set up anew what it kept',
    '("skillgate user totp NAME" for the second factor of NAME).',
  ].join(' ')
}

async function readKey(file: string): Promise<Buffer | undefined> {
  let text: string
  try {
    text = (await readFile(file, 'utf8')).trim()
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new SealError(`${file} can't be read: ${message}. Give it back to whoever runs Skillgate.`, { cause: error })
  }
  if (isSecret(text)) return Buffer.from(text, 'base64url')
  throw new SealError(
    `${file} is damaged: it should hold one line of 43 characters. Put it back from a backup; if there is none, delete it: a new one is made, and second factors have to be set up anew.`,
  )
}
