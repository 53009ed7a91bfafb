import { resolve } from 'node:path'
import type { Config } from './schema.ts'
import { certificateFiles, tlsSources } from './tls-sources.ts'

/**
 * The files whose content decides what the gateway does: the configuration file itself, and the secrets and certificates
 * that it names. Absolute paths, each once.
 */
export function filesOf(config: Config, configFile: string): string[] {
  const { certificates, keys } = certificateFiles(config.tls)
  return [...new Set([...reloadingFilesOf(config, configFile), ...certificates, ...keys])]
}

/** Those of them whose change is a reason to reload; certificates are taken up by themselves. */
export function reloadingFilesOf(config: Config, configFile: string): string[] {
  const authorities = Object.values(config.upstreams).flatMap(({ ca }) => ca ?? [])
  const directories = tlsSources(config.tls).flatMap((one) => (one.source === 'acme' ? (one.ca ?? []) : []))
  const simulated = config.alexa.development ? [config.alexa.development.chain] : []
  return [...new Set([resolve(configFile), ...simulated, ...authorities, ...directories, ...secretFilesIn(config)])]
}

/** Those of them that are secret. */
export function secretFilesOf(config: Config): string[] {
  return [...certificateFiles(config.tls).keys, ...secretFilesIn(config)]
}

/** The files of secrets that the gateway makes where they aren't there: those of clients. Absolute paths, each once. */
export function ownSecretsOf({ oauth }: Config): string[] {
  return [...new Set(secretFilesIn(oauth))]
}

/** A secret's file stands alone in its map, wherever that is; the log's, which is written to, has `level` beside it. */
function secretFilesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  if ('file' in value && typeof value.file === 'string' && Object.keys(value).length === 1) return [value.file]
  return Object.values(value).flatMap(secretFilesIn)
}
