import { version } from '../app/version.ts'
import { alexaConsole } from './alexa/alexa-console.ts'
import { alexaPackage } from './alexa/alexa-package.ts'
import { alexaSimulate } from './alexa/alexa-simulate.ts'
import { audit } from './audit.ts'
import { backup } from './backup.ts'
import { cert } from './cert/cert.ts'
import { certDevice, certDevices } from './cert/cert-device.ts'
import { certExport } from './cert/cert-export.ts'
import { certGet } from './cert/cert-get.ts'
import { certRenew } from './cert/cert-renew.ts'
import { check } from './check.ts'
import { clientList, clientNewSecret, clientRemove } from './client.ts'
import { clientAllow } from './client-allow.ts'
import { clientSecret } from './client-secret.ts'
import { CommandError } from './command-error.ts'
import { doctor } from './doctor.ts'
import { grantList, grantRevoke } from './grant.ts'
import { help } from './help.ts'
import { keyList, keyNew, keyRotate } from './key.ts'
import { log } from './log.ts'
import { reload } from './reload.ts'
import { restore } from './restore.ts'
import { start } from './start.ts'
import { trace } from './trace.ts'
import { user } from './user/user.ts'
import { userAdd } from './user/user-add.ts'
import { userEmail } from './user/user-email.ts'
import { userUnlock } from './user/user-unlock.ts'
import type { Command, CommandOptions, World } from './world.ts'

/** Everything that can be typed after `skillgate`. */
export const COMMANDS: Record<string, Command> = {
  start: { run: start, options: ['new-database', 'allow-root'] },
  check: { run: check },
  doctor: { run: (world, options) => doctor(world, options), options: ['json', 'through'] },
  reload: { run: reload },
  cert: { run: cert },
  'cert get': {
    run: (world, options, ...words) => certGet(world, options, ...words),
    words: 'any',
    options: ['staging'],
  },
  'cert renew': { run: (world, _, ...words) => certRenew(world, ...words), words: 'any' },
  'cert export': {
    run: (world, options, ...words) => certExport(world, options, ...words),
    words: 'any',
    options: ['format'],
  },
  user: { run: (world, _, ...words) => user(world, ...words), words: 'any' },
  'user add': { run: userAdd, words: 'any', options: ['email'] },
  'user email': { run: userEmail, words: 'any', options: ['remove'] },
  'user unlock': { run: userUnlock, words: 'any', options: ['code', 'address'] },
  'grant list': { run: grantList, options: ['user', 'client'] },
  'grant revoke': { run: (world, _, id = '') => grantRevoke(world, id), words: ['ID'] },
  'client list': { run: clientList },
  'client allow': { run: clientAllow, options: ['for', 'stop'] },
  'client secret': {
    run: (world, options, id = '') => clientSecret(world, id, options),
    words: ['ID'],
    options: ['renew', 'overlap'],
  },
  'client new-secret': { run: clientNewSecret },
  'client remove': { run: (world, _, id = '') => clientRemove(world, id), words: ['ID'] },
  'key list': { run: keyList },
  'key rotate': { run: keyRotate },
  'key new': { run: keyNew },
  'alexa simulate': { run: alexaSimulate, options: ['user', 'client', 'address'] },
  'alexa console': { run: alexaConsole },
  'alexa package': {
    run: (world, options, folder = '') => alexaPackage(world, folder, options),
    words: ['DIR'],
    options: ['lambda'],
  },
  'cert device': { run: certDevice, words: 'any', options: ['user'] },
  'cert devices': { run: certDevices },
  audit: { run: audit, options: ['last', 'json'] },
  log: { run: log, options: ['last', 'follow'] },
  trace: { run: trace, options: ['last', 'json'] },
  backup: {
    run: (world, options, file = '') => backup(world, file, options),
    words: ['FILE'],
    options: ['passphrase'],
  },
  restore: { run: (world, options, file = '') => restore(world, file, options), words: ['FILE'], options: ['ended'] },
  help: { run: help },
  version: { run: showVersion },
}

/** @throws CommandError when there is no such command, or it takes something else. @returns the exit code. */
export async function runCommand(world: World, options: CommandOptions, typed: string[]): Promise<number> {
  const name = nameOf(typed)
  const { run, words = [], options: known = [] } = COMMANDS[name] as Command
  const rest = typed.slice(name.split(' ').length)
  const strange = Object.keys(options).find((option) => !known.some((one) => one === option))
  if (strange) throw new CommandError(`"${name}" takes no --${strange}.`)
  if (words !== 'any') {
    if (rest.length < words.length) throw new CommandError(`Say which: skillgate ${name} ${words.join(' ')}`)
    if (rest.length > words.length) {
      throw new CommandError(`"${name}" takes nothing more; "${rest[words.length]}" is too much.`)
    }
  }
  return run(world, options, ...rest)
}

/** One word, or two. */
function nameOf([first = '', second = '']: string[]): string {
  const name = [`${first} ${second}`, first].find((one) => Object.hasOwn(COMMANDS, one))
  if (name !== undefined) return name
  const actions = Object.keys(COMMANDS).flatMap((one) =>
    one.startsWith(`${first} `) ? [one.slice(first.length + 1)] : [],
  )
  if (actions.length > 0) throw new CommandError(`Say what to do: skillgate ${first} ${actions.join(' | ')}`)
  throw new CommandError(`There is no command "${first}". "skillgate help" shows what there is.`)
}

async function showVersion({ print }: World): Promise<number> {
  print(version())
  return 0
}
