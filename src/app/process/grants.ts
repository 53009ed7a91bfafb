import { existsSync, lstatSync, readlinkSync, realpathSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { filesOf, ownSecretsOf, secretFilesOf } from '../../config/files-of.ts'
import type { Config } from '../../config/schema.ts'
import { localFolders } from '../../config/tls-sources.ts'
import { watchedPlaces } from '../reloading/watched-places.ts'
import type { GrantedPaths } from './grant-patterns.ts'

/** What a gateway may do with files once it runs. */
export interface Grants {
  read: GrantedPaths
  write: GrantedPaths
}

/** Where the program is. */
export interface CodePlaces {
  /** The folder of package.json. */
  root: string
  /** Folders that the launcher itself writes to. */
  kept: string[]
}

/** Folders of everybody's: that a file of ours is in one is no reason to open all the rest. */
const SHARED = ['/', '/etc', '/etc/ssl', '/usr', '/usr/local', '/var', '/var/lib', '/opt', '/srv', '/home', '/root']
const SHARED_TOO = ['/tmp', '/var/tmp', '/run', '/mnt', '/media', '/data', '/boot', '/dev', '/proc', '/sys']

/** What is open, what the memory limit is, whom a file belongs to. Never `/proc/self` itself, whose `root` is the whole disk once more. */
const OF_THE_SYSTEM = {
  files: [
    ...['/proc/self/limits', '/proc/self/status', '/proc/meminfo', '/proc/net/tcp', '/proc/net/tcp6'],
    ...['/etc/passwd', '/etc/group', '/bin/sh'],
  ],
  folders: ['/proc/self/fd', '/sys/fs/cgroup'],
}

/** The log opens these anew, so that a stuck terminal holds nothing up. */
const STANDARD_STREAMS = ['/proc/self/fd/1', '/proc/self/fd/2']

/**
 * What a gateway needs that is started with this configuration, and no more. SQLite, TLS and the look-up of names have
 * their own ways to files, which Node's permissions don't reach.
 * @param configFile as it was typed.
 */
export async function grantsOf(config: Config, configFile: string, code: CodePlaces): Promise<Grants> {
  const { data_dir, tls, log } = config
  const own = [data_dir, ...localFolders(tls), ...code.kept]
  const logFile = log.file === undefined ? [] : [log.file]
  const files = filesOf(config, configFile)
  const missing = ownSecretsOf(config).filter((file) => !existsSync(file))
  const places = (await Promise.all(files.map(watchedPlaces))).flat().map(({ folder }) => folder)
  const folders = [...files.map(dirname), ...places].filter((folder) => !isShared(folder))
  return {
    read: {
      files: [...files, join(code.root, 'package.json'), ...logFile, ...OF_THE_SYSTEM.files],
      folders: [...codeOf(code.root), ...folders, ...own, ...missing.map(dirname), ...OF_THE_SYSTEM.folders],
    },
    write: {
      // A secret that the gateway makes is written beside its place first, under a name with a dot. One that is open to
      // other accounts is closed to them.
      files: [
        ...secretFilesOf(config),
        ...missing.map((file) => join(dirname(file), '.*')),
        ...logFile,
        ...STANDARD_STREAMS,
      ],
      folders: [...own, ...missing.map(dirname).filter((folder) => !existsSync(folder))],
    },
  }
}

function isShared(folder: string): boolean {
  return [...SHARED, ...SHARED_TOO, process.env.HOME].includes(folder)
}

/** Not all that lies there: the folder of a checkout has its history, and perhaps the database of another gateway. */
export function codeOf(root: string): string[] {
  // Of the last two one is there, and the launcher looks which.
  return [...['bin', 'src', 'dist'].map((name) => join(root, name)), ...packagesFor(root)]
}

/** Node looks for packages in each folder on the way up, and runs what a link leads to. */
function packagesFor(root: string): string[] {
  const found: string[] = []
  for (let folder = root; ; folder = dirname(folder)) {
    const packages = join(folder, 'node_modules')
    if (isThere(packages)) found.push(...linksFrom(packages), realpathSync(packages))
    if (folder === dirname(folder)) return found
  }
}

/** For a gateway that runs, which asks again for its errands, what it wasn't given isn't there. */
function isThere(path: string): boolean {
  try {
    return existsSync(path)
  } catch {
    return false
  }
}

/** A path and what its links lead to, one after the other. There is an end to them, or it would not be there. */
function linksFrom(path: string): string[] {
  const isLink = lstatSync(path).isSymbolicLink()
  return isLink ? [path, ...linksFrom(resolve(dirname(path), readlinkSync(path)))] : [path]
}
