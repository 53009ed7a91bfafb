import { resolve } from 'node:path'
import type { Config } from './schema.ts'

/**
 * The files whose content decides what the gateway does, so that a change of one is a reason to reload: the
 * configuration file itself, and the secrets and certificates that it names. Absolute paths, each once.
 */
export function filesOf(config: Config, configFile: string): string[] {
  const { tls } = config
  const certificates = tls.source === 'files' ? [tls.certificate, tls.key] : []
  const authorities = Object.values(config.upstreams).flatMap(({ ca }) => ca ?? [])
  const simulated = config.alexa.development ? [config.alexa.development.chain] : []
  return [...new Set([resolve(configFile), ...certificates, ...simulated, ...authorities, ...secretFilesIn(config)])]
}

/** Those of them that are secret. */
export function secretFilesOf(config: Config): string[] {
  const { tls } = config
  return [...(tls.source === 'files' ? [tls.key] : []), ...secretFilesIn(config)]
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
