import { existsSync } from 'node:fs'
import { ConfigError } from '../../config/config-error.ts'
import { filesOf, reloadingFilesOf } from '../../config/files-of.ts'
import { keysNeedingRestart } from '../../config/keys-needing-restart.ts'
import { loadConfig } from '../../config/load.ts'
import type { Config } from '../../config/schema.ts'
import type { Logger } from '../../telemetry/log.ts'
import type { RunningGateway } from '../prepare-gateway.ts'
import { StartError } from '../start-error.ts'
import { refuseErrands, refuseUngranted } from './refuse-ungranted.ts'
import { type FileWatcher, type WatchOptions, watchFiles } from './watch-files.ts'

/** What became of a reload. */
export interface ReloadOutcome {
  /** Whether the configuration of the files is the one that is served now. */
  ok: boolean
  /** In words, for whoever asked; the first line says it all. */
  lines: string[]
}

export interface WatchConfigurationOptions {
  configFile: string
  /** What `${NAME}` in it refers to. */
  variables: Record<string, string | undefined>
  /** What is served now, or will be as soon as the gateway listens. */
  config: Config
  log: Pick<Logger, 'info' | 'error'>
  /** What serves it. Reloads wait until it listens. */
  gateway: Promise<Pick<RunningGateway, 'reload'> & Partial<Pick<RunningGateway, 'countReload'>>>
  /** An error in words. */
  explain: (error: Error) => string
  watching?: WatchOptions
}

export interface WatchedConfiguration {
  /** Reads the files, and puts what they say into effect. Never throws: a broken configuration changes nothing. */
  reload: (reason: string) => Promise<ReloadOutcome>
  /** Begins to look after the files. Resolves when a change from then on is noticed. */
  watch: () => Promise<void>
  close: () => void
}

/** Keeps what is served and what the configuration file says the same: when it changes, or when somebody asks for it. */
export function watchConfiguration({
  configFile,
  variables,
  config: first,
  log,
  gateway,
  explain,
  watching,
}: WatchConfigurationOptions): WatchedConfiguration {
  let served = first
  let watcher: FileWatcher | undefined
  let running: Promise<unknown> = gateway.then(() => watcher?.set(reloadingFilesOf(served, configFile)))

  let waiting: Promise<ReloadOutcome> | undefined

  async function reloadNow(reason: string): Promise<ReloadOutcome> {
    const { countReload } = await gateway
    try {
      const config = loadConfig(configFile, variables)
      await putIntoEffect(config)
      served = config
      countReload?.('success')
      log.info({ reason }, 'configuration reloaded')
      return { ok: true, lines: [`${configFile} is served now.`] }
    } catch (error) {
      countReload?.('failure')
      const lines = linesOf(error as Error, explain)
      const more = lines.length > 1 ? ` (and ${lines.length - 1} more: "skillgate check" tells all)` : ''
      log.error({ reason, detail: `${lines[0]}${more}` }, 'configuration refused, the one before stays')
      return { ok: false, lines }
    }
  }

  async function putIntoEffect(config: Config): Promise<void> {
    refuseRestart(served, config)
    refuseUngranted(config, configFile)
    refuseErrands(config)
    const files = reloadingFilesOf(config, configFile)
    // Before they are read, so that no change falls in between.
    await watcher?.set(files.filter(isThere))
    try {
      await (await gateway).reload(config)
      await watcher?.set(files)
    } catch (error) {
      // Whatever it is that is missing or wrong, a change of it may mend it: a certificate too, which is no reason otherwise.
      await watcher?.set(filesOf(config, configFile))
      throw error
    }
  }

  function reload(reason: string): Promise<ReloadOutcome> {
    // One that hasn't begun is what everybody wants who asks meanwhile.
    waiting ??= running.then(() => {
      waiting = undefined
      return reloadNow(reason)
    })
    running = waiting
    return waiting
  }

  return {
    reload,
    watch() {
      const files = reloadingFilesOf(served, configFile)
      watcher = watchFiles(files.filter(isThere), () => reload('a file has changed'), watching)
      return watcher.ready
    },
    close: () => watcher?.close(),
  }
}

/** What isn't there yet is watched only after a configuration was applied: the gateway itself may make it then. */
function isThere(file: string): boolean {
  return existsSync(file)
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

/** A configuration with several mistakes has a line for each. */
function linesOf(error: Error, explain: WatchConfigurationOptions['explain']): string[] {
  return error instanceof ConfigError ? error.message.split('\n') : [explain(error)]
}
