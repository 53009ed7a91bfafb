import { hkdfSync } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Environment } from '../config/environment.ts'
import { explainFileError } from '../files/explain-file-error.ts'
import { makeFolder } from '../files/keep-owner.ts'
import { StorageError } from '../files/storage-error.ts'
import { writeWholeFile } from '../files/write-whole-file.ts'
import { isSecret, newSecret } from './secret.ts'

/** What was sealed can't be opened, or the key file can't be used; the message says why and what to do. */
export class SealError extends StorageError {
  override name = 'SealError'
}

/** One of the keys that everything else is derived from. */
export interface MasterKey {
  /** Tells which key something was sealed with, and nothing of the key. */
  name: string
  /** @see RFC 5869 */
  derive: (purpose: string) => Buffer
}

/** The key file in the data folder. */
export function keyFile(dataDirectory: string): string {
  return join(dataDirectory, 'skillgate.key')
}

/**
 * The keys in the file, one a line, the newest first.
 * @returns undefined where there is no file. @throws SealError when it holds anything else, or can't be read.
 */
export function readKeys(file: string): MasterKey[] | undefined {
  const lines = readLines(file)
  return lines?.map((line) => masterKey(Buffer.from(line, 'base64url')))
}

/** Makes the file with a first key, with mode 0600, if it isn't there. @throws StorageError when it can't be written. */
export async function makeKeyFile(file: string, environment: Pick<Environment, 'randomBytes'>): Promise<void> {
  makeFolder(dirname(file))
  const { randomBytes } = environment
  await writeWholeFile({ path: file, text: `${newSecret(environment)}\n`, mode: 0o600, ifAbsent: true, randomBytes })
}

/**
 * Puts a new key before those that are there, in one step: whatever happens meanwhile, the file has the old ones, or all.
 * Two must not do that at once. @throws SealError, StorageError
 */
export async function addKey(file: string, environment: Pick<Environment, 'randomBytes'>): Promise<void> {
  const lines = readLines(file)
  if (lines === undefined) throw new SealError(`${file} isn't there: start Skillgate once, and it is made.`)
  const text = [newSecret(environment), ...lines].map((line) => `${line}\n`).join('')
  await writeWholeFile({ path: file, text, mode: 0o600, randomBytes: environment.randomBytes })
}

/** Differs when somebody has written the file. */
export function stateOfKeyFile(file: string): string {
  const stats = statSync(file, { throwIfNoEntry: false, bigint: true })
  return stats ? [stats.dev, stats.ino, stats.size, stats.mtimeNs].join() : ''
}

function readLines(file: string): string[] | undefined {
  let lines: string[]
  try {
    lines = readFileSync(file, 'utf8').trim().split(/\r?\n/)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new SealError(explainFileError(error, file, 'read'), { cause: error })
  }
  if (lines.every(isSecret) && new Set(lines).size === lines.length) return lines
  throw new SealError(
    `${file} is damaged: each line of it should have 43 characters. Put it back from a backup. If there is none, move it away, and make another key with "npx skillgate key new": second factors have to be set up anew then.`,
  )
}

function masterKey(key: Buffer): MasterKey {
  const derive = (info: string, size: number) => Buffer.from(hkdfSync('sha256', key, '', `skillgate ${info}`, size))
  return { name: derive('name', 6).toString('base64url'), derive: (purpose) => derive(purpose, 32) }
}
