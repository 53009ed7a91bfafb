import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import type { PinnedProcess } from './pinned-process.ts'
import type { SupportingServer } from './servers.ts'

/** What all contenders are started with. */
export interface Field {
  /** For files; gone when the run has ended. */
  folder: string
  upstream: SupportingServer
  /** PEM files, the same for everybody. */
  tls: { certificate: string; key: string; ca: string }
  /** What the checker, and the gateways without an authorization server of their own, take for good. */
  token: string
}

export interface Contender {
  name: string
  /** What has to be on the PATH; the Debian package has the same name. */
  program?: string
  start: (field: Field) => Promise<RunningContender>
}

export interface RunningContender {
  /** All that it needs, so that all of their processor time is its own. The first is the gateway. */
  processes: PinnedProcess[]
  port: number
  token: string
}

/** The path below which every contender forwards. */
export const PATH = '/api'

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** @returns the first line of what the program says of its version, or undefined when it isn't installed. */
export function versionOf(program: string, flag: string): string | undefined {
  const { error, stdout, stderr } = spawnSync(program, [flag], { encoding: 'utf8' })
  return error ? undefined : (`${stdout}${stderr}`.split('\n')[0] ?? '')
}
