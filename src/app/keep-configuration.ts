import { ConfigError } from '../config/config-error.ts'
import { filesOf } from '../config/files-of.ts'
import { keysNeedingRestart } from '../config/keys-needing-restart.ts'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import type { Logger } from '../telemetry/log.ts'
import { StartError } from './start-error.ts'
import { watchFiles } from './watch-files.ts'

/** What became of a reload. */
export interface ReloadOutcome {
  /** Whether the configuration of the files is the one that is served now. */
  ok: boolean
  /** In words, for whoever asked; the first line says it all. */
  lines: string[]
}

export interface KeepConfigurationOptions {
  configFile: string
  /** What `${NAME}` in it refers to. */
  variables: Record<string, string | undefined>
  /** What is served now. */
  config: Config
  log: Pick<Logger, 'info' | 'error'>
  /** Puts a configuration into effect, whole. @throws what says in words why it can't be; then nothing has changed. */
  apply: (config: Config) => Promise<void>
}

export interface KeptConfiguration {
  /** Reads the files, and puts what they say into effect. Never throws: a broken configuration changes nothing. */
  reload: (reason: string) => Promise<ReloadOutcome>
  /** Begins to look after the files. */
  watch: () => void
  close: () => void
}

/** Keeps what is served and what the configuration file says the same: when it changes, or when somebody asks for it. */
export function keepConfiguration({
  configFile,
  variables,
  config: first,
  log,
  apply,
}: KeepConfigurationOptions): KeptConfiguration {
  let served = first
  let running: Promise<unknown> = Promise.resolve()
  let watcher: ReturnType<typeof watchFiles> | undefined

  async function reloadNow(reason: string): Promise<ReloadOutcome> {
    try {
      const config = loadConfig(configFile, variables)
      // Before they are read, so that no change falls in between.
      await watcher?.set(filesOf(config, configFile))
      refuseRestart(served, config)
      await apply(config)
      served = config
      log.info({ reason }, 'configuration reloaded')
      return { ok: true, lines: [`${configFile} is served now.`] }
    } catch (error) {
      const lines = linesOf(error as Error)
      const more = lines.length > 1 ? ` (and ${lines.length - 1} more: "skillgate check" tells all)` : ''
      log.error({ reason, detail: `${lines[0]}${more}` }, 'configuration refused, the one before stays')
      return { ok: false, lines }
    }
  }

  function reload(reason: string): Promise<ReloadOutcome> {
    const done = running.then(() => reloadNow(reason))
    running = done
    return done
  }

  return {
    reload,
    watch() {
      watcher = watchFiles(filesOf(served, configFile), () => reload('a file has changed'))
    },
    close: () => watcher?.close(),
  }
}

/** @throws StartError with the keys that take effect only at a start. */
function refuseRestart(served: Config, config: Config): void {
  const keys = keysNeedingRestart(served, config)
  if (keys.length === 0) return
  const verb = keys.length === 1 ? 'takes' : 'take'
  throw new StartError(
    `${keys.join(', ')} ${verb} effect at a start only: put the old value back, or restart Skillgate.`,
  )
}

function linesOf(error: Error): string[] {
  return error instanceof ConfigError ? error.message.split('\n') : [error.message]
}
