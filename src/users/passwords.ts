import { argon2, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { Environment } from '../config/environment.ts'
import { TooBusyError } from '../limits/too-busy-error.ts'

/** OWASP's advice for argon2id: memory in KiB, passes, lanes. About 20 ms on a small machine. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 }
const TAG_LENGTH = 32

/** Longer ones are refused before any work is done with them. */
export const PASSWORD_CHARACTERS_LIMIT = 1024

const derive = promisify(argon2)

/** @returns an encoded argon2id hash: `$argon2id$v=19$m=19456,t=2,p=1$salt$tag`. */
export async function hashPassword(
  password: string,
  { randomBytes }: Pick<Environment, 'randomBytes'>,
): Promise<string> {
  const salt = randomBytes(16)
  const tag = await atMostTwo(() =>
    derive('argon2id', { message: canonical(password), nonce: salt, tagLength: TAG_LENGTH, ...COST }),
  )
  const cost = `m=${COST.memory},t=${COST.passes},p=${COST.parallelism}`
  return `$argon2id$v=19$${cost}$${base64(salt)}$${base64(tag)}`
}

/** @param encoded what `hashPassword` made, now or with other costs. */
export async function checkPassword(password: string, encoded: string): Promise<boolean> {
  if (password.length > PASSWORD_CHARACTERS_LIMIT) return false
  const parts = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/.exec(encoded)
  if (!parts) throw new Error('A stored password hash has an unknown form')
  const [memory = 0, passes = 0, parallelism = 0] = parts.slice(1, 4).map(Number)
  const [nonce, expected] = parts.slice(4).map((part) => Buffer.from(part, 'base64')) as [Buffer, Buffer]
  const tag = await atMostTwo(() =>
    derive('argon2id', {
      message: canonical(password),
      nonce,
      memory,
      passes,
      parallelism,
      tagLength: expected.length,
    }),
  )
  return timingSafeEqual(tag, expected)
}

/** A hash that no password is known for: checking against it takes the time that a real one would. */
export function hashOfNobody({ randomBytes }: Pick<Environment, 'randomBytes'>): Promise<string> {
  return hashPassword(randomBytes(32).toString('base64url'), { randomBytes })
}

/** Keyboards differ in how they compose an accented letter. @see RFC 8265 section 4.2 */
function canonical(password: string): string {
  return password.normalize('NFC')
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '')
}

/** More than a home has people; half a second of work. */
const WAITING_LIMIT = 20
const waiting: (() => void)[] = []
let running = 0

/** Hashing takes 19 MiB and a core each: two at once leave the machine to those who are signed in. */
async function atMostTwo<T>(work: () => Promise<T>): Promise<T> {
  if (running >= 2 && waiting.length >= WAITING_LIMIT) throw new TooBusyError(`${WAITING_LIMIT} passwords are waiting`)
  if (running >= 2) await new Promise<void>((resolve) => waiting.push(resolve))
  else running++
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running--
  }
}
