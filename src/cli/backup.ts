import { resolve } from 'node:path'
import { backUp } from '../app/data/back-up.ts'
import { loadConfig } from '../config/load.ts'
import { openAudit } from '../telemetry/audit.ts'
import { auditFile } from '../telemetry/audit-files.ts'
import { CommandError } from './command-error.ts'
import type { World } from './world.ts'

/** In characters. Whoever finds the file may try passphrases for years. */
const PASSPHRASE_LENGTH_MINIMUM = 12

/** `skillgate backup FILE [--passphrase]`: all that Skillgate knows, in one file. Works while the gateway runs. */
export async function backup(
  world: World,
  file: string,
  { passphrase = false }: { passphrase?: boolean },
): Promise<number> {
  const { configFile, variables, print } = world
  const config = loadConfig(configFile, variables)
  const secret = passphrase ? await askPassphrase(world) : undefined
  const names = await backUp(config, configFile, resolve(file), world, { passphrase: secret })
  openAudit(auditFile(config.data_dir), world, () => {})({ event: 'backed_up', detail: file })
  print(`${file} holds the database, and beside it ${names.join(', ')}.`)
  if (secret === undefined) {
    print('Whoever has it can sign in as anybody and read every secret: keep it where nobody else gets to,')
    print('or make one with --passphrase.')
  } else print('Without the passphrase nobody can restore it, you neither: keep that somewhere else.')
  print(`To put it back, also on another machine:  npx skillgate restore ${file}`)
  return 0
}

async function askPassphrase({ askPassword }: World): Promise<string> {
  const passphrase = await askPassword({ label: 'Passphrase' })
  if (passphrase.length >= PASSPHRASE_LENGTH_MINIMUM) return passphrase
  throw new CommandError(
    `A passphrase has ${PASSPHRASE_LENGTH_MINIMUM} characters or more, for whoever finds the file can try for years. Four or five words that don't belong together are good.`,
  )
}
