import { lstat, readlink } from 'node:fs/promises'
import { dirname, isAbsolute, join, parse, sep } from 'node:path'

/** A name in a folder, where a change to what a path leads to would show. */
export interface Place {
  /** Without a symlink in it. */
  folder: string
  name: string
}

/** As many as Linux follows. */
const SYMLINKS_LIMIT = 40

/**
 * Where a change to a file would show: in its own folder, and in that of every symlink on the way to it (certbot's
 * `live/`, the `..data` of Kubernetes). Of a path that leads nowhere yet, where its first missing part would appear.
 * @param file an absolute path.
 */
export async function watchedPlaces(file: string): Promise<Place[]> {
  const places: Place[] = []
  const { root } = parse(file)
  const steps = file.slice(root.length).split(sep)
  let folder = root
  let symlinks = 0
  for (let name = steps.shift(); name !== undefined; name = steps.shift()) {
    if (name === '' || name === '.') continue
    if (name === '..') {
      folder = dirname(folder)
      continue
    }
    const path = join(folder, name)
    const target = await targetOf(path)
    const isLast = steps.length === 0
    if (isLast || target !== 'itself') places.push({ folder, name })
    if (target === undefined) break
    if (target === 'itself') {
      folder = path
      continue
    }
    if (++symlinks > SYMLINKS_LIMIT) break
    if (isAbsolute(target.link)) folder = parse(target.link).root
    steps.unshift(...target.link.slice(parse(target.link).root.length).split(sep))
  }
  return places
}

async function targetOf(path: string): Promise<'itself' | { link: string } | undefined> {
  try {
    const isSymlink = (await lstat(path)).isSymbolicLink()
    return isSymlink ? { link: await readlink(path) } : 'itself'
  } catch (error) {
    // What this process may not look at is on the way to what it may: it was given by this very path.
    return (error as NodeJS.ErrnoException).code === 'ERR_ACCESS_DENIED' ? 'itself' : undefined
  }
}
