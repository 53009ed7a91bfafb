import { fileURLToPath } from 'node:url'
import { freePort } from './contender.ts'
import { LOAD_CORE, type PinnedProcess, startPinned } from './pinned-process.ts'

const PROGRAM = fileURLToPath(new URL('upstream-or-checker.ts', import.meta.url))

export interface SupportingServer {
  process: PinnedProcess
  port: number
}

export function startUpstream(): Promise<SupportingServer> {
  return start(LOAD_CORE, [])
}

/** What nginx and Caddy ask whether a token is good, as they can't tell themselves. */
export function startChecker(core: number, token: string): Promise<SupportingServer> {
  return start(core, [`--token=${token}`])
}

async function start(core: number, flags: string[]): Promise<SupportingServer> {
  const port = await freePort()
  const process = await startPinned(core, [globalThis.process.execPath, PROGRAM, `--port=${port}`, ...flags], [port])
  return { process, port }
}
