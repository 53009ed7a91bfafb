import { chmodSync, chownSync, existsSync, mkdirSync, type Stats, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { explainFileError } from './explain-file-error.ts'
import { StorageError } from './storage-error.ts'

/**
 * Gives what was just made to whoever owns its folder. A command that somebody runs as root would otherwise leave files
 * that the service, which runs as another account, can't read.
 */
export function giveToFolderOwner(path: string): void {
  giveTo(path, statSync(dirname(path)))
}

/** As `giveToFolderOwner`, for what is about to take the place of another file: that one's owner keeps it. */
export function giveToOwnerOf(path: string, earlier: string): void {
  const there = statSync(earlier, { throwIfNoEntry: false })
  // One of root's in somebody else's folder was left there by mistake.
  const whose = there && (there.uid !== 0 || there.gid !== 0) ? there : statSync(dirname(earlier))
  giveTo(path, whose)
  // Root's own, which a group may read: so an administrator hands a secret to a service.
  if (there === whose && there.uid === 0 && (there.mode & 0o040) > 0)
    chmodSync(path, (statSync(path).mode & 0o7777) | 0o040)
}

function giveTo(path: string, { uid, gid }: Stats): void {
  // Nobody else may give files away; and theirs are theirs.
  if (process.geteuid?.() !== 0 || (uid === 0 && gid === 0)) return
  chownSync(path, uid, gid)
}

/**
 * Makes a folder, and those above it that are missing, with mode 0700 and the owner of the folder that it is in.
 * @throws StorageError
 */
export function makeFolder(path: string): void {
  const absolute = resolve(path)
  // A gateway has no right to make what was there when it started.
  if (statSync(absolute, { throwIfNoEntry: false })?.isDirectory()) return
  try {
    // Where it is there, this process may have no right to make it.
    if (existsSync(absolute) && statSync(absolute).isDirectory()) return
    const first = mkdirSync(absolute, { recursive: true, mode: 0o700 })
    if (first === undefined) return
    const made: string[] = []
    for (let folder = absolute; folder.length >= first.length; folder = dirname(folder)) made.unshift(folder)
    for (const folder of made) giveToFolderOwner(folder)
  } catch (cause) {
    throw new StorageError(explainFileError(cause, absolute, 'made'), { cause })
  }
}

/** As `makeFolder`, for what is about to be written there. */
export function makeFolderFor(file: string): void {
  makeFolder(dirname(resolve(file)))
}
