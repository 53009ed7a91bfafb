import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { ExecutionContext } from 'ava'
import type { OpenResolver } from '../../../src/certificates/acme/dns/authoritative-servers.ts'
import { temporaryFolder } from '../environment.ts'
import { freePort } from '../free-port.ts'
import { findProgram } from '../program.ts'

export interface TestNameServer {
  port: number
  keyName: string
  /** In base64. */
  key: string
  /** Asks it for everything, and takes its 127.0.0.1 for this server. */
  openResolver: OpenResolver
  texts: (name: string) => Promise<string[]>
}

export interface NameServerOptions {
  algorithm?: 'hmac-sha256' | 'hmac-sha512'
  /** The zones that it has, each with its own name server at 127.0.0.1. */
  zones?: string[]
  /** Lines of a zone's file besides. */
  records?: string[]
  /** What a zone allows the key to do; everything, if absent. */
  policy?: string
}

/** Debian's `named` on a free port, in the foreground, with no file but its own. It ends with the test. */
export async function startNameServer(
  t: ExecutionContext,
  { algorithm = 'hmac-sha256', zones = ['example.test'], records = [], policy }: NameServerOptions = {},
): Promise<TestNameServer | undefined> {
  const named = findProgram(t, 'named', 'bind9')
  if (named === undefined) return undefined
  const key = randomBytes(32).toString('base64')
  const keyName = 'skillgate'
  for (let tried = 1; ; tried++) {
    const port = await freePort()
    const folder = temporaryFolder(t)
    const allowed = policy ?? `allow-update { key ${keyName}; };`
    for (const zone of zones) writeFileSync(join(folder, zone), zoneFile(records))
    writeFileSync(
      join(folder, 'named.conf'),
      [
        `options { directory "${folder}"; listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; };`,
        'recursion no; pid-file none; session-keyfile none; dnssec-validation no; };',
        `controls {}; key ${keyName} { algorithm ${algorithm}; secret "${key}"; };`,
        ...zones.map((zone) => `zone "${zone}" { type primary; file "${zone}"; ${allowed} };`),
      ].join('\n'),
    )
    const child = spawn(named, ['-g', '-n', '1', '-c', join(folder, 'named.conf')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const ended = once(child, 'close')
    t.teardown(async () => {
      child.kill('SIGTERM')
      await ended
    })
    const said: string[] = []
    let running = false
    const lines = createInterface(child.stderr)
    for await (const line of lines) {
      said.push(line)
      running = /running$/.test(line)
      if (running) break
    }
    // Read on, by nobody: else it would wait once the pipe is full.
    child.stderr.resume()
    const listens = running && !said.some((line) => line.includes('address in use'))
    if (listens) return nameServer({ port, keyName, key })
    child.kill('SIGKILL')
    if (tried === 5) throw new Error(`named did not start:\n${said.join('\n')}`)
  }
}

function nameServer({ port, keyName, key }: Pick<TestNameServer, 'port' | 'keyName' | 'key'>): TestNameServer {
  const openResolver: OpenResolver = (servers = ['127.0.0.1']) => {
    const resolver = new Resolver({ timeout: 2000, tries: 3 })
    resolver.setServers(servers.map((address) => `${address}:${port}`))
    return resolver
  }
  return {
    ...{ port, keyName, key, openResolver },
    async texts(name) {
      const found = await openResolver()
        .resolveTxt(name)
        .catch((error) => {
          if (['ENODATA', 'ENOTFOUND'].includes(error.code)) return []
          throw error
        })
      return found.map((strings) => strings.join('')).sort()
    },
  }
}

function zoneFile(records: string[]): string {
  const lines = ['$TTL 60', '@ SOA ns hostmaster 1 60 60 60 1', '@ NS ns', 'ns A 127.0.0.1', ...records]
  return `${lines.join('\n')}\n`
}
