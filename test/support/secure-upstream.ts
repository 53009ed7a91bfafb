import { readFile } from 'node:fs/promises'
import type { Server } from 'node:net'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { localCertificate } from '../../src/certificates/local/local-certificate.ts'
import { temporaryFolder, testEnvironment } from './environment.ts'
import { listenUntilEnd } from './listen-until-end.ts'

/** A certificate of a CA that nobody knows. */
export interface PrivateCertificate {
  /** The PEM file of the CA. */
  caFile: string
  key: string
  cert: string
}

/** @param change the names that it is for, and how many milliseconds ago it was made. */
export async function privateCertificate(
  t: ExecutionContext,
  { names = ['localhost', '127.0.0.1'], age = 0 }: { names?: string[]; age?: number } = {},
): Promise<PrivateCertificate> {
  const directory = temporaryFolder(t)
  const { randomBytes } = testEnvironment()
  await localCertificate({ directory, names, now: Date.now() - age, randomBytes })
  const read = (name: string) => readFile(join(directory, name), 'utf8')
  return { caFile: join(directory, 'local-ca.pem'), key: await read('local.key'), cert: await read('local.pem') }
}

/** Has a server with TLS listen until the test ends. @returns its URL, with this host in it. */
export async function startSecure(t: ExecutionContext, server: Server, host = 'localhost'): Promise<string> {
  return `https://${host}:${await listenUntilEnd(t, server, host)}`
}
