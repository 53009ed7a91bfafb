import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import type { Certificate } from './behind-proxy.ts'
import { startProxy } from './start-proxy.ts'

/** @param configuration of all; it is told where certificate and key are, in one file. */
export function startHaproxy(
  t: ExecutionContext,
  program: string,
  { certificate, key }: Certificate,
  configuration: (listen: string, both: string) => string,
): Promise<number> {
  return startProxy(t, {
    program,
    words: (file) => ['-db', '-f', file],
    configuration(listen, folder) {
      const both = join(folder, 'both.pem')
      writeFileSync(both, readFileSync(certificate, 'utf8') + readFileSync(key, 'utf8'), { mode: 0o600 })
      return configuration(listen, both)
    },
  })
}
