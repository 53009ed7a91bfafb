import { accessSync, constants, existsSync, readlinkSync, type Stats, statSync } from 'node:fs'
import { dirname, join, parse, resolve, sep } from 'node:path'
import { accountForChown, accountName } from './account-name.ts'

/** What somebody wanted to do with a file. */
export type FileAction = 'read' | 'written' | 'opened' | 'made'

/** Who owns what stands in the way, who runs, and the command that mends it. */
export function explainForbidden(path: string, action: FileAction, code: string): string {
  const me = process.geteuid?.()
  const obstacle = findObstacle(resolve(path), action)
  if (me === undefined) return `${path} can't be ${action} (${code}): the account that runs this may not do that.`
  if (!obstacle) {
    return `${path} can't be ${action} (${code}), though its permissions allow that to ${accountName(me)}: something else forbids it, such as an immutable file ("lsattr -d ${path}"), SELinux, or the limits of a service (ReadWritePaths= in its unit).`
  }
  const { place, stats } = obstacle
  const mode = (stats.mode & 0o7777).toString(8).padStart(4, '0')
  const whose = `${place} belongs to ${accountName(stats.uid)} (mode ${mode}), and this runs as ${accountName(me)} (uid ${me})`
  return `${path} can't be ${action} (${code}): ${whose}. ${remedy(place, stats, me)}`
}

function remedy(place: string, stats: Stats, me: number): string {
  if (stats.uid === me) return `Allow it:  chmod u+rw${stats.isDirectory() ? 'x' : ''} ${place}`
  const give = `sudo chown ${accountForChown(me)} ${place}`
  // A file that somebody else, such as root, has left in a folder of ours.
  if (ownerOf(dirname(place)) === me) return `Take it over:  ${give}`
  return `Run it as ${accountName(stats.uid)} (sudo -u '${accountName(stats.uid)}' npx skillgate ...), or give it to the account that runs this:  ${give}`
}

/** What keeps this process from it: a folder on the way, or the file itself. */
function findObstacle(named: string, action: FileAction): { place: string; stats: Stats } | undefined {
  const { folders, path } = wayTo(named)
  for (const folder of folders) if (forbids(folder, constants.X_OK)) return found(folder)
  const folder = dirname(path)
  const there = existsSync(path)
  const wanted = action === 'read' ? constants.R_OK : constants.R_OK | constants.W_OK
  const places = [
    ...(there ? [{ place: path, wanted }] : []),
    ...(there && action === 'read' ? [] : [{ place: folder, wanted: constants.W_OK }]),
  ]
  // A whole file is put into its folder, and so it is first of all the folder that has to allow it.
  if (action === 'written') places.reverse()
  const obstacle = places.find(({ place, wanted }) => forbids(place, wanted))
  return obstacle && found(obstacle.place)
}

function found(place: string): { place: string; stats: Stats } | undefined {
  const stats = statSync(place, { throwIfNoEntry: false })
  return stats && { place, stats }
}

/** As many as Linux follows. */
const SYMLINKS_LIMIT = 40

/** The folders that are entered, from the root down, and what the path leads to: links are followed as far as one may look. */
function wayTo(named: string): { folders: string[]; path: string } {
  const { root } = parse(named)
  const steps = named.slice(root.length).split(sep)
  const folders = [root]
  let path = root
  for (let symlinks = 0, name = steps.shift(); name !== undefined; name = steps.shift()) {
    const next = join(path, name)
    const link = symlinks < SYMLINKS_LIMIT ? linkIn(next) : undefined
    if (link !== undefined) {
      symlinks++
      if (link.startsWith(sep)) path = root
      steps.unshift(...link.split(sep).filter((step) => step !== ''))
      continue
    }
    path = next
    if (steps.length > 0) folders.push(path)
  }
  return { folders, path }
}

function linkIn(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

function forbids(path: string, wanted: number): boolean {
  try {
    accessSync(path, wanted)
    return false
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'EACCES' || code === 'EPERM'
  }
}

function ownerOf(path: string): number | undefined {
  try {
    return statSync(path).uid
  } catch {
    return undefined
  }
}
