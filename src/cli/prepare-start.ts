import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { makeDataFolder } from '../app/data/make-data-folder.ts'
import { errandNeeds } from '../app/process/errand-needs.ts'
import { grantPatterns } from '../app/process/grant-patterns.ts'
import { grantsOf } from '../app/process/grants.ts'
import { loadConfig } from '../config/load.ts'
import { HARDENING } from './hardening.ts'

/**
 * What Node has to be told so that the gateway can do no more than it has to, whoever may get into it.
 * @param words what was typed after `skillgate`.
 * @returns undefined where no gateway is going to serve; the command itself says why.
 */
export async function prepareStart(
  words: string[],
  { code, kept }: { code: URL; kept: string[] },
): Promise<string[] | undefined> {
  const options = { config: { type: 'string' } } as const
  const { values, positionals } = parseArgs({ args: words, allowPositionals: true, strict: false, options })
  if (positionals[0] !== 'start') return undefined
  const configFile = resolve(typeof values.config === 'string' ? values.config : 'gateway.yaml')
  const config = attempt(() => loadConfig(configFile, process.env))
  if (!config) return undefined
  attempt(() => makeDataFolder(config.data_dir))
  const { read, write } = await grantsOf(config, configFile, { root: fileURLToPath(code), kept })
  const isKnown = (flag: string) => process.allowedNodeEnvironmentFlags.has(flag.replace(/=.*/, ''))
  const flags = HARDENING.map(({ flag }) => flag).filter(isKnown)
  if (!flags.includes('--permission')) return flags
  return [
    ...flags,
    // Node 24 has no such permission, and lets everybody use the network.
    ...['--allow-net'].filter(isKnown),
    // Given back before the first request is read: `beginErrands`.
    ...(errandNeeds(config) === 'nothing' ? [] : ['--allow-child-process', '--disable-warning=PERM0002']),
    ...grantPatterns(read).map((path) => `--allow-fs-read=${path}`),
    ...grantPatterns(write).map((path) => `--allow-fs-write=${path}`),
  ]
}

/** What fails here fails again in the start itself, which says why. */
function attempt<Result>(run: () => Result): Result | undefined {
  try {
    return run()
  } catch {
    return undefined
  }
}
