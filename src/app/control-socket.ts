import { once } from 'node:events'
import { chmodSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { join, relative, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Logger } from '../telemetry/log.ts'
import type { ReloadOutcome } from './keep-configuration.ts'
import { StartError } from './start-error.ts'

/** Characters that the path of a socket may have on every system. */
const PATH_LENGTH_LIMIT = 100
/** For what is asked to arrive. */
const REQUEST_TIMEOUT_MS = 5000
/** Of a request; none is as long. */
const REQUEST_LENGTH_LIMIT = 100

/** What a running gateway can be asked for from the same machine, by whoever may use its data folder. */
export type ControlCommands = Record<'reload', () => Promise<ReloadOutcome>>

/** The socket in the data folder. */
function socketFile(dataDirectory: string): string {
  const absolute = join(resolve(dataDirectory), 'control.sock')
  const short = relative(process.cwd(), absolute)
  return short.length < absolute.length ? short : absolute
}

/**
 * Listens for commands of the same machine. Where that can't be, the gateway works without: SIGHUP reloads too.
 * @returns closes it.
 */
export async function openControl(
  dataDirectory: string,
  commands: ControlCommands,
  log: Pick<Logger, 'warn'>,
): Promise<() => Promise<void>> {
  const path = socketFile(dataDirectory)
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    answer(socket, commands).catch(() => socket.destroy())
  })
  try {
    if (path.length > PATH_LENGTH_LIMIT) throw new Error(`its path is longer than ${PATH_LENGTH_LIMIT} characters`)
    // One that a gateway left behind which was killed. Two never run on one data folder's port.
    rmSync(path, { force: true })
    server.listen(path)
    await once(server, 'listening')
    chmodSync(path, 0o600)
  } catch (error) {
    log.warn({ detail: (error as Error).message }, `${path} can't be used: "skillgate reload" won't work, SIGHUP does`)
    return async () => {}
  }
  server.unref()
  return async () => {
    server.close()
    rmSync(path, { force: true })
  }
}

async function answer(socket: Socket, commands: ControlCommands): Promise<void> {
  socket.on('error', () => socket.destroy())
  socket.setTimeout(REQUEST_TIMEOUT_MS, () => socket.destroy())
  socket.unref()
  let request = ''
  for await (const chunk of socket.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    request += chunk
    if (request.includes('\n') || request.length > REQUEST_LENGTH_LIMIT) break
  }
  socket.setTimeout(0)
  const name = request.trim()
  const run = Object.hasOwn(commands, name) ? commands[name as keyof ControlCommands] : undefined
  const outcome: ReloadOutcome = run
    ? await run()
    : { ok: false, lines: ['The running gateway is of another version, and does not know this command.'] }
  socket.end(JSON.stringify(outcome))
}

/**
 * Asks the gateway that runs on this data folder.
 * @throws StartError when none runs, or it can't be asked.
 */
export async function askGateway(dataDirectory: string, command: keyof ControlCommands): Promise<ReloadOutcome> {
  const path = socketFile(dataDirectory)
  const socket = connect(path)
  try {
    await once(socket, 'connect')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EACCES') throw new StartError(`${path} can't be used: are you the user that the gateway runs as?`)
    throw new StartError(`No gateway runs on ${dataDirectory}. Start one:  npx skillgate start`)
  }
  socket.end(`${command}\n`)
  try {
    return JSON.parse(await text(socket)) as ReloadOutcome
  } catch {
    throw new StartError('The gateway ended before it answered: its log says why.')
  }
}
