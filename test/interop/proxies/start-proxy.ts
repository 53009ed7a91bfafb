import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { ExecutionContext } from 'ava'
import { temporaryFolder } from '../../support/environment.ts'
import { freePort } from '../../support/free-port.ts'

export interface ProxyProgram {
  /** Its path. */
  program: string
  /** How it is started in the foreground, with no file but its own. */
  words: (configFile: string, folder: string) => string[]
  /** @param listen where it is to listen, as `host:port`. */
  configuration: (listen: string, folder: string) => string
}

const LOOK_EVERY_MS = 20
const TRIES = 5

/** Starts a proxy as another user would. It ends with the test. @returns its port. */
export async function startProxy(
  t: ExecutionContext,
  { program, words, configuration }: ProxyProgram,
): Promise<number> {
  for (let tried = 1; ; tried++) {
    const port = await freePort()
    const folder = temporaryFolder(t)
    const configFile = join(folder, 'proxy.conf')
    writeFileSync(configFile, configuration(`127.0.0.1:${port}`, folder))
    const child = spawn(program, words(configFile, folder), {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        said += text
      })
    const ended = once(child, 'close')
    t.teardown(async () => {
      child.kill('SIGKILL')
      await ended
    })
    while (child.exitCode === null && !(await accepts(port))) await setTimeout(LOOK_EVERY_MS)
    if (child.exitCode === null) return port
    await ended
    if (tried === TRIES || !/address already in use/i.test(said)) throw new Error(`${program} did not start: ${said}`)
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

/** One of examples/proxies, with what differs in the test in the place of what the example has. */
export function example(file: string, changes: Record<string, string>): string {
  let text = readFileSync(join(import.meta.dirname, '../../../examples/proxies', file), 'utf8')
  for (const [from, to] of Object.entries(changes)) {
    const changed = text.replaceAll(from, to)
    if (changed === text) throw new Error(`${file} has no ${from}`)
    text = changed
  }
  return text
}
