import { parseArgs } from 'node:util'
import { askLine, askPassword } from './cli/ask-password.ts'
import { runCommand } from './cli/commands.ts'
import { explainError } from './cli/explain-error.ts'
import { untilStopped } from './cli/until-stopped.ts'
import type { World } from './cli/world.ts'
import { systemEnvironment } from './config/environment.ts'

/** All that can begin with `--`; each command takes some of them. */
const OPTIONS = {
  config: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
  'new-database': { type: 'boolean' },
  user: { type: 'string' },
  client: { type: 'string' },
  renew: { type: 'boolean' },
  overlap: { type: 'string' },
  last: { type: 'string' },
  json: { type: 'boolean' },
  follow: { type: 'boolean' },
  code: { type: 'boolean' },
  address: { type: 'string' },
  email: { type: 'string' },
  remove: { type: 'boolean' },
  'allow-root': { type: 'boolean' },
  passphrase: { type: 'boolean' },
  ended: { type: 'string' },
  lambda: { type: 'boolean' },
  format: { type: 'string' },
  staging: { type: 'boolean' },
  through: { type: 'string' },
  for: { type: 'string' },
  stop: { type: 'boolean' },
} as const

/** From the words after `skillgate` to a command. @returns the exit code. */
export async function main(words: string[]): Promise<number> {
  // Whoever reads what is printed may go before the end: skillgate check | head -1
  const unread = new Promise<void>((resolve) => process.stdout.on('error', () => resolve()))
  try {
    const { values, positionals } = parseArgs({ args: words, allowPositionals: true, options: OPTIONS })
    const { config = 'gateway.yaml', help, version, ...options } = values
    const world: World = {
      ...systemEnvironment,
      configFile: config,
      variables: process.env,
      print: (line) => process.stdout.write(`${line}\n`),
      askPassword,
      ...(process.stdin.isTTY && { askLine }),
      untilStopped,
      onHangup: (run) => process.on('SIGHUP', run),
      untilUnread: () => unread,
    }
    if (help || (positionals.length === 0 && !version)) return await runCommand(world, {}, ['help'])
    if (version) return await runCommand(world, {}, ['version'])
    return await runCommand(world, options, positionals)
  } catch (error) {
    process.stderr.write(`${explainError(error as Error)}\n`)
    return 1
  }
}
