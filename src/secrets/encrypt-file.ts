import { argon2Sync, createCipheriv, createDecipheriv } from 'node:crypto'
import { closeSync, createReadStream, createWriteStream, openSync, readSync, statSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { Environment } from '../config/environment.ts'

/** What an encrypted file begins with; salt and nonce follow, then the text, then the tag. */
const MAGIC = Buffer.from('skillgate encrypted 1\n')
const SALT_BYTES = 16
const NONCE_BYTES = 12
const TAG_BYTES = 16
const HEAD_BYTES = MAGIC.length + SALT_BYTES + NONCE_BYTES

/** For argon2id: somebody who has the file can try passphrases for years. Memory in KiB; 0.3 s on a small machine. */
const COST = { memory: 65_536, passes: 3, parallelism: 1 }

/** Encrypts with AES-256-GCM under a passphrase. @param to must not be there; readable by its owner only. */
export async function encryptFile(
  from: string,
  to: string,
  passphrase: string,
  { randomBytes }: Pick<Environment, 'randomBytes'>,
): Promise<void> {
  const [salt, nonce] = [randomBytes(SALT_BYTES), randomBytes(NONCE_BYTES)]
  const head = Buffer.concat([MAGIC, salt, nonce])
  const cipher = createCipheriv('aes-256-gcm', keyOf(passphrase, salt), nonce).setAAD(head)
  async function* encrypted() {
    yield head
    for await (const chunk of createReadStream(from)) yield cipher.update(chunk)
    yield cipher.final()
    yield cipher.getAuthTag()
  }
  await pipeline(encrypted, createWriteStream(to, { flags: 'wx', mode: 0o600, flush: true }))
}

/** Whether the file says so of itself. */
export function isEncrypted(file: string): boolean {
  return readBytes(file, 0, MAGIC.length).equals(MAGIC)
}

/**
 * The other way. Until it returns, what is in `to` may be anything.
 * @throws Error when the passphrase is another one, or the file is damaged.
 */
export async function decryptFile(from: string, to: string, passphrase: string): Promise<void> {
  const head = readBytes(from, 0, HEAD_BYTES)
  const end = statSync(from).size - TAG_BYTES
  if (head.length < HEAD_BYTES || end < HEAD_BYTES) throw new Error('it is cut off')
  const salt = head.subarray(MAGIC.length, MAGIC.length + SALT_BYTES)
  const decipher = createDecipheriv('aes-256-gcm', keyOf(passphrase, salt), head.subarray(-NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(head).setAuthTag(readBytes(from, end, TAG_BYTES))
  async function* decrypted() {
    if (end > HEAD_BYTES) {
      for await (const chunk of createReadStream(from, { start: HEAD_BYTES, end: end - 1 }))
        yield decipher.update(chunk)
    }
    try {
      yield decipher.final()
    } catch {
      throw new Error('the passphrase is another one, or the file is damaged')
    }
  }
  await pipeline(decrypted, createWriteStream(to, { flags: 'wx', mode: 0o600, flush: true }))
}

/** Keyboards differ in how they compose an accented letter. @see RFC 8265 section 4.2 */
function keyOf(passphrase: string, nonce: Buffer): Buffer {
  return argon2Sync('argon2id', { message: passphrase.normalize('NFC'), nonce, tagLength: 32, ...COST })
}

function readBytes(file: string, position: number, length: number): Buffer {
  const handle = openSync(file, 'r')
  try {
    const bytes = Buffer.alloc(length)
    return bytes.subarray(0, readSync(handle, bytes, 0, length, position))
  } finally {
    closeSync(handle)
  }
}
