import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { CertificateError } from './certificates/certificate-error.ts'
import { askPassword } from './cli/ask-password.ts'
import { check } from './cli/check.ts'
import { CommandError } from './cli/command-error.ts'
import { help } from './cli/help.ts'
import { start } from './cli/start.ts'
import { untilStopped } from './cli/until-stopped.ts'
import { user } from './cli/user.ts'
import type { Command, World } from './cli/world.ts'
import { ConfigError } from './config/config-error.ts'
import { systemEnvironment } from './config/environment.ts'
import { StartError } from './gateway/start-error.ts'
import { StorageError } from './store/store.ts'
import { UserError } from './users/users.ts'

const COMMANDS: Record<string, Command> = { start, check, help, version }

/** From the words after `skillgate` to a command. @returns the exit code. */
export async function main(words: string[]): Promise<number> {
  // Whoever reads what is printed may go before the end: skillgate check | head -1
  process.stdout.on('error', () => {})
  try {
    const { values, positionals } = parseArgs({
      args: words,
      allowPositionals: true,
      options: {
        config: { type: 'string', default: 'gateway.yaml' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
    })
    const world: World = {
      ...systemEnvironment,
      configFile: values.config,
      variables: process.env,
      print: (line) => process.stdout.write(`${line}\n`),
      askPassword,
      untilStopped,
    }
    const [name = 'help', ...rest] = values.help ? ['help'] : values.version ? ['version'] : positionals
    if (name === 'user') return await user(world, ...rest)
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
    if (!command) throw new CommandError(`There is no command "${name}". "skillgate help" shows what there is.`)
    if (rest.length > 0) throw new CommandError(`"${name}" takes nothing more; "${rest[0]}" is too much.`)
    return await command(world)
  } catch (error) {
    process.stderr.write(`${explain(error as Error)}\n`)
    return 1
  }
}

async function version({ print }: World): Promise<number> {
  print(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version)
  return 0
}

const FOR_PEOPLE = [CommandError, ConfigError, StorageError, CertificateError, StartError, UserError]

function explain(error: NodeJS.ErrnoException): string {
  if (FOR_PEOPLE.some((kind) => error instanceof kind) || error.code?.startsWith('ERR_PARSE_ARGS')) return error.message
  const advice = LISTEN_ADVICE[error.code ?? '']
  if (advice && (error.syscall === 'listen' || error.syscall === 'getaddrinfo')) return `${error.message}: ${advice}`
  return error.stack ?? String(error)
}

/** Why an address can't be listened on, and what to do. */
const LISTEN_ADVICE: Record<string, string> = {
  EADDRINUSE: 'another program listens there. Stop it, or change "listen".',
  EACCES: 'ports under 1024 are not for everybody. Listen on 8443 and let the router forward 443 to it.',
  EADDRNOTAVAIL: 'this machine does not have that address. Use 0.0.0.0 for all that it has.',
  ENOTFOUND: 'nobody knows that name. Use an address of this machine, or 0.0.0.0 for all of them.',
}
