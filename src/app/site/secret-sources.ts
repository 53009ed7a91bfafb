import { readFile } from 'node:fs/promises'
import type { Environment } from '../../config/environment.ts'
import type { ClientSecretSource, SecretSource } from '../../config/schema.ts'
import { explainFileError } from '../../files/explain-file-error.ts'
import { makeFolderFor } from '../../files/keep-owner.ts'
import { writeWholeFile } from '../../files/write-whole-file.ts'
import { hashSecret, newSecret } from '../../secrets/secret.ts'
import { StartError } from '../start-error.ts'

/** In characters. Anybody may try secrets as often as they like. */
const SECRET_LENGTH_MINIMUM = 16

/** The hash of a client's secret. @throws StartError */
export async function clientSecretHash(source: ClientSecretSource, environment: Environment): Promise<string> {
  if ('hash' in source) return source.hash
  const secret = await ownSecret(source, environment)
  if (secret.length >= SECRET_LENGTH_MINIMUM) return hashSecret(secret)
  const where = 'file' in source ? source.file : `The environment variable ${source.variable}`
  throw new StartError(
    `${where} holds a secret of under ${SECRET_LENGTH_MINIMUM} characters, which can be guessed. "skillgate client new-secret" makes a good one.`,
  )
}

/** A secret that is the gateway's to make: where its file isn't there yet, it is made. @throws StartError */
export async function ownSecret(source: SecretSource, environment: Environment): Promise<string> {
  if ('value' in source) return source.value
  const there = await readSecretFile(source.file)
  if (there !== undefined) return there
  const { randomBytes } = environment
  makeFolderFor(source.file)
  await writeWholeFile({
    path: source.file,
    text: `${newSecret(environment)}\n`,
    mode: 0o600,
    ifAbsent: true,
    randomBytes,
  })
  return (await readSecretFile(source.file)) as string
}

/** A token that somebody else has made. @throws StartError when its file isn't there. */
export async function upstreamToken(source: SecretSource, upstream: string): Promise<string> {
  if ('value' in source) return source.value
  const there = await readSecretFile(source.file)
  if (there !== undefined) return there
  throw new StartError(
    `${source.file} is not there: write the token that ${upstream} gave you into it, or take upstreams.${upstream}.token out of the configuration.`,
  )
}

/** What one signs in with where records of the DNS are set. @param key of `tls.dns`. @throws StartError when its file isn't there. */
export async function dnsSecret(source: SecretSource, key: 'token' | 'key'): Promise<string> {
  if ('value' in source) return source.value
  const there = await readSecretFile(source.file)
  if (there !== undefined) return there
  throw new StartError(`${source.file} is not there: write what tls.dns.${key} is into it, as one line.`)
}

/** What an account at a CA is registered with. @throws StartError when its file isn't there, or holds something else. */
export async function externalAccountKey(source: SecretSource): Promise<string> {
  const there = 'value' in source ? source.value : await readSecretFile(source.file)
  const where = 'file' in source ? source.file : `The environment variable ${source.variable}`
  if (there === undefined) throw new StartError(`${where} is not there: write the HMAC key into it that your CA shows.`)
  if (!/^[A-Za-z0-9_-]+=*$/.test(there))
    throw new StartError(`${where} holds no HMAC key: that is one word in base64url, as your CA shows it.`)
  return there
}

/** What the key of a certificate is encrypted with. @throws StartError when its file isn't there. */
export async function certificatePassword(source: SecretSource): Promise<string> {
  if ('value' in source) return source.value
  const there = await readSecretFile(source.file)
  if (there !== undefined) return there
  throw new StartError(
    `${source.file} is not there: write the password of the certificate's key into it, or take tls.password out of the configuration.`,
  )
}

async function readSecretFile(file: string): Promise<string | undefined> {
  let text: string
  try {
    text = (await readFile(file, 'utf8')).trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new StartError(explainFileError(error, file, 'read'))
  }
  if (!/^[\x20-\x7e]+$/.test(text))
    throw new StartError(`${file} should hold one line with a secret, and nothing else.`)
  return text
}
