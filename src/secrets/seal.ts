import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Environment } from '../config/environment.ts'
import { type MasterKey, makeKeyFile, readKeys, SealError, stateOfKeyFile } from './key-file.ts'

export { keyFile, SealError } from './key-file.ts'

/** Keeps what has to be readable again, so that a copy of the database alone tells nothing. */
export interface Sealer {
  /** With the newest key. @param purpose what the text is and whose, such as `totp:<user id>`: it opens for that only. */
  seal: (text: string, purpose: string) => string
  /** @throws SealError when it was sealed for another purpose or with a key that isn't there, or is damaged. */
  open: (sealed: string, purpose: string) => string
  /** Whether it was sealed with the newest key. */
  isNewest: (sealed: string) => boolean
  /** A key of 32 bytes for something else, the same at each start until the key is rotated. @see RFC 5869 */
  key: (purpose: string) => Buffer
  /** The same of the keys before, the latest first, for what was made with them. */
  earlierKeys: (purpose: string) => Buffer[]
  /** Of the keys, the newest first. */
  names: () => string[]
}

/**
 * Seals with AES-256-GCM under the newest key in this file, which is made with mode 0600 if it isn't there, and opens
 * what any of them has sealed. When another process has added a key, that one is used from then on.
 * @throws SealError when the file holds anything else; StorageError when it can't be written.
 */
export async function openSealer(file: string, environment: Pick<Environment, 'randomBytes'>): Promise<Sealer> {
  if (readKeys(file) === undefined) await makeKeyFile(file, environment)
  let state = stateOfKeyFile(file)
  // Read again: another process may have been first.
  let keys = readKeys(file)
  if (!keys) throw new SealError(`${file} was deleted while it was being made. Try again.`)

  /** Should the file be gone or broken by now, or lack one, those that were read go on. */
  function current(): [MasterKey, ...MasterKey[]] {
    const now = stateOfKeyFile(file)
    if (now !== state) {
      state = now
      try {
        const there = readKeys(file) ?? []
        keys = [...there, ...(keys ?? []).filter(({ name }) => !there.some((one) => one.name === name))]
      } catch (error) {
        if (!(error instanceof SealError)) throw error
      }
    }
    return keys as [MasterKey, ...MasterKey[]]
  }

  return {
    seal(text, purpose) {
      const [newest] = current()
      const nonce = environment.randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', newest.derive('seal'), nonce).setAAD(Buffer.from(purpose))
      const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
      return `${newest.name}.${sealed.toString('base64url')}`
    },

    open(sealed, purpose) {
      const [name, data = ''] = sealed.split('.')
      const key = current().find((one) => one.name === name)
      if (!key) throw new SealError(sealedWithAnotherKey(file))
      return openWith(key, Buffer.from(data, 'base64url'), purpose)
    },

    isNewest: (sealed) => sealed.startsWith(`${current()[0].name}.`),
    key: (purpose) => current()[0].derive(`key ${purpose}`),
    earlierKeys: (purpose) =>
      current()
        .slice(1)
        .map((key) => key.derive(`key ${purpose}`)),
    names: () => current().map(({ name }) => name),
  }
}

function openWith(key: MasterKey, bytes: Buffer, purpose: string): string {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key.derive('seal'), bytes.subarray(0, 12), { authTagLength: 16 })
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

function sealedWithAnotherKey(file: string): string {
  return [
    `Something in the database was sealed with another key than the one in ${file}:`,
    'that file was lost or replaced, and a new one was made.',
    'Put the old one back from a backup and restart, or set up anew what it kept',
    '("skillgate user totp NAME" for the second factor of NAME).',
  ].join(' ')
}
