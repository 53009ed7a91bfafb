import { once } from 'node:events'
import { chmodSync, lstatSync, rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join, relative, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { endSocket } from '../../net/end-socket.ts'
import type { Logger } from '../../telemetry/log.ts'
import type { Examinable } from '../doctor/echoes.ts'
import type { ReloadOutcome } from '../reloading/watch-configuration.ts'
import { StartError } from '../start-error.ts'

/** Bytes that the path of a socket may have on every system. */
const PATH_LENGTH_LIMIT = 100
/** For what is asked to arrive. */
const REQUEST_TIMEOUT_MS = 5000
/** Of a request; none is as long, even with a host name and what a CA is to be shown. */
const REQUEST_LENGTH_LIMIT = 1000

/** What a running gateway can be asked for from the same machine, by whoever may use its data folder. */
export interface ControlCommands {
  reload: () => Promise<ReloadOutcome>
  /** For `skillgate cert renew`. @param name a host or a source; nothing for all. */
  renew?: (name: string) => Promise<ReloadOutcome>
  /** For `skillgate cert get`. @param lent a `LentChallenge`, in JSON. */
  challenge?: (lent: string) => Promise<ReloadOutcome>
  /** For `skillgate doctor`. */
  examine?: () => Promise<ReloadOutcome & { examinable?: Examinable }>
}

type Outcome<Name extends keyof ControlCommands> = Awaited<ReturnType<NonNullable<ControlCommands[Name]>>>

/** The socket in the data folder. */
export function controlSocket(dataDirectory: string): string {
  return join(dataDirectory, 'control.sock')
}

/** Its path, as short as it can be. @throws StartError when no socket's path can be as long. */
function socketFile(dataDirectory: string): string {
  const absolute = resolve(controlSocket(dataDirectory))
  const fromHere = relative(process.cwd(), absolute)
  const path = fromHere.length < absolute.length ? fromHere : absolute
  if (Buffer.byteLength(path) <= PATH_LENGTH_LIMIT) return path
  throw new StartError(
    `${path} is too long for a socket, which may have ${PATH_LENGTH_LIMIT} bytes: choose a shorter data_dir, or start Skillgate nearer to it.`,
  )
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
  const open = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    answer(socket, commands).catch(() => socket.destroy())
  })
  const path = await listenIn(dataDirectory, server).catch((error: Error) => {
    log.warn({ detail: error.message }, '"skillgate reload" does not reach this gateway, SIGHUP does')
  })
  if (path === undefined) return async () => {}
  // Such as too many open files: then one command is lost.
  server.on('error', (error) => log.warn({ detail: error.message }, 'control socket failed'))
  server.unref()
  return async () => {
    server.close()
    for (const socket of open) socket.destroySoon()
    rmSync(path, { force: true })
  }
}

async function listenIn(dataDirectory: string, server: Server): Promise<string> {
  const path = socketFile(dataDirectory)
  const whoIsThere = await isAnswered(path)
  if (whoIsThere === true) throw new StartError(`another gateway runs on ${dataDirectory}, and listens at ${path}`)
  // One that a gateway left behind which was killed. What is no socket stays, and can't be listened on.
  if (whoIsThere === 'ECONNREFUSED' && lstatSync(path).isSocket()) rmSync(path)
  server.listen(path)
  await once(server, 'listening')
  chmodSync(path, 0o600)
  return path
}

/** @returns true, or the code of why not. */
async function isAnswered(path: string): Promise<true | string | undefined> {
  const socket = connect(path)
  try {
    await once(socket, 'connect')
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code
  } finally {
    socket.destroy()
  }
}

/** Whether a gateway runs on this data folder, as far as its socket tells. */
export async function isRunning(dataDirectory: string): Promise<boolean> {
  return (await isAnswered(socketFile(dataDirectory))) === true
}

async function answer(socket: Socket, commands: ControlCommands): Promise<void> {
  socket.on('error', () => socket.destroy())
  const timer = setTimeout(() => socket.destroy(), REQUEST_TIMEOUT_MS).unref()
  socket.once('close', () => clearTimeout(timer))
  socket.unref()
  let request = ''
  for await (const chunk of socket.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    request += chunk
    if (request.includes('\n') || request.length > REQUEST_LENGTH_LIMIT) break
  }
  clearTimeout(timer)
  const [, name = '', argument = ''] = /^(\S*) ?(.*)$/.exec(request.trim()) ?? []
  const run = Object.hasOwn(commands, name) ? commands[name as keyof ControlCommands] : undefined
  const outcome: ReloadOutcome = run
    ? await run(argument)
    : { ok: false, lines: ['The running gateway is of another version, and does not know this command.'] }
  socket.write(JSON.stringify(outcome))
  endSocket(socket)
}

/**
 * Asks the gateway that runs on this data folder.
 * @param argument of the command, without line breaks.
 * @throws StartError when none runs, or it can't be asked.
 */
export async function askGateway<Name extends keyof ControlCommands>(
  dataDirectory: string,
  command: Name,
  argument = '',
): Promise<Outcome<Name>> {
  const path = socketFile(dataDirectory)
  const socket = connect(path)
  try {
    await once(socket, 'connect')
  } catch (error) {
    throw new StartError(whyUnreachable(error as NodeJS.ErrnoException, { path, dataDirectory }))
  }
  socket.end(`${command} ${argument}`.trimEnd().concat('\n'))
  try {
    return JSON.parse(await text(socket)) as Outcome<Name>
  } catch {
    throw new StartError('The gateway ended before it answered: its log says why.')
  }
}

function whyUnreachable(
  { code, message }: NodeJS.ErrnoException,
  where: { path: string; dataDirectory: string },
): string {
  const { path, dataDirectory } = where
  if (code === 'EACCES' || code === 'EPERM') return `${path} can't be used: are you the user that the gateway runs as?`
  if (code !== 'ENOENT' && code !== 'ECONNREFUSED') return `${path} can't be used: ${message}`
  return `No gateway runs on ${dataDirectory}. Start one:  npx skillgate start  (a new data_dir needs a restart of the one that runs.)`
}
