import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { OF_DEVICE_CA } from '../../certificates/devices/device-ca.ts'
import { filesOf } from '../../config/files-of.ts'
import type { Config } from '../../config/schema.ts'
import { localFolders } from '../../config/tls-sources.ts'
import { keyFile } from '../../secrets/seal.ts'

/** What the local CA keeps in its folder. */
const OF_LOCAL_CA = /^local(-ca)?\.(pem|key)$/

export interface FileToBackUp {
  /** The path, seen from the configuration's folder where it is below that; so a backup fits another machine too. */
  name: string
  path: string
}

/** The files without which a database is worth little: the configuration, the key, secrets and certificates. */
export function filesToBackUp(config: Config, configFile: string): FileToBackUp[] {
  const paths = [
    ...filesOf(config, configFile),
    resolve(keyFile(config.data_dir)),
    ...localCaFiles(config),
    ...deviceCaFiles(config),
  ]
  return [...new Set(paths.map((path) => resolve(path)))]
    .filter((path) => existsSync(path))
    .map((path) => ({ name: nameOf(path, configFile), path }))
}

/**
 * Where a file of a backup belongs by the configuration of now.
 * @returns undefined where that knows no such file: a backup can't write anywhere else.
 */
export function placeOf(name: string, config: Config, configFile: string): string | undefined {
  const path = resolve(dirname(resolve(configFile)), name)
  const known = [...filesOf(config, configFile), keyFile(config.data_dir)].map((one) => resolve(one))
  if (known.includes(path)) return path
  const { tls } = config
  const isOfLocalCa = localFolders(tls).some((folder) => dirname(path) === resolve(folder))
  const isOfDeviceCa = dirname(path) === resolve(config.data_dir) && OF_DEVICE_CA.test(basename(path))
  return (isOfLocalCa && OF_LOCAL_CA.test(basename(path))) || isOfDeviceCa ? path : undefined
}

function localCaFiles({ tls }: Config): string[] {
  return localFolders(tls)
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).flatMap((name) => (OF_LOCAL_CA.test(name) ? [join(folder, name)] : [])))
}

function deviceCaFiles({ data_dir }: Config): string[] {
  const names = existsSync(data_dir) ? readdirSync(data_dir) : []
  return names.filter((name) => OF_DEVICE_CA.test(name)).map((name) => join(data_dir, name))
}

function nameOf(path: string, configFile: string): string {
  const fromConfig = relative(dirname(resolve(configFile)), path)
  const isBelow = !isAbsolute(fromConfig) && fromConfig.split(sep)[0] !== '..'
  return isBelow ? fromConfig.split(sep).join('/') : path
}
