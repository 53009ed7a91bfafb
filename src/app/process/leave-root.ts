import { accessSync, constants, type Stats, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { filesOf } from '../../config/files-of.ts'
import type { Config } from '../../config/schema.ts'
import { localFolders } from '../../config/tls-sources.ts'
import { reservePorts, type TakePort } from '../../listen/reserve-ports.ts'
import { addressesOf } from '../listening/wanted-listeners.ts'
import { StartError } from '../start-error.ts'

/** Up to here only root may listen, on most machines. */
const LAST_PRIVILEGED_PORT = 1023

/** What came of a start as root. */
export interface LeftRoot {
  /** Those that only root could bind. */
  takePort?: TakePort
  /** For the person who started it. */
  attention?: string
}

/**
 * Whoever was started as root becomes the owner of `data_dir`, for good, as soon as its ports are bound: before a request
 * is read, and before files are made, which so belong to the one who has to read them next time.
 * @param allowRoot whether to stay root.
 * @throws StartError in words for the person who started it; Error of Node's, when an address can't be listened on.
 */
export async function leaveRoot(
  config: Config,
  { configFile, allowRoot = false }: { configFile: string; allowRoot?: boolean },
): Promise<LeftRoot> {
  if (process.geteuid?.() !== 0 || allowRoot) return {}
  const { data_dir } = config
  const owner = statSync(data_dir, { throwIfNoEntry: false })
  // It could not be made, and the next who needs it says why.
  if (!owner) return {}
  if (owner.uid === 0) return { attention: stayRoot(config) }
  if (owner.gid === 0) {
    throw new StartError(
      `${data_dir} belongs to ${owner.uid}, but to the group of root, which Skillgate would have to keep. Give it to that account's own group:  chown -R ${owner.uid}: ${data_dir}`,
    )
  }
  const takePort = await reservePorts(addressesOf(config).filter(({ port }) => port !== 0))
  become(owner, data_dir)
  refuseUnreadable([...filesOf(config, configFile), fileURLToPath(import.meta.url)], owner)
  return { takePort }
}

/** @returns what to say about it. @throws StartError where nothing but root's ports is the reason to be root. */
function stayRoot(config: Config): string {
  const { data_dir, tls } = config
  const folders = [data_dir, ...localFolders(tls)].join(' ')
  const remedy = `useradd --system skillgate; chown -R skillgate: ${folders}`
  const privileged = addressesOf(config).find(({ port }) => port > 0 && port <= LAST_PRIVILEGED_PORT)
  if (privileged === undefined) {
    return `Attention: this runs as root, for ${data_dir} is root's. Give it to an account of its own, which it then becomes, and start it anew:  ${remedy}`
  }
  throw new StartError(
    `Skillgate was started as root, for port ${privileged.port}, and would stay root, for ${data_dir} is root's. Give it to an account of its own, which it becomes once it has the port:  ${remedy}\nWhere all is root's, as in a container:  skillgate start --allow-root`,
  )
}

/** In this order, for whoever is not root any more may change neither groups nor group. @throws StartError */
function become({ uid, gid }: Stats, folder: string): void {
  const { setgid, setuid } = process as Required<Pick<NodeJS.Process, 'setgid' | 'setuid'>>
  try {
    takeGroups(uid, gid)
    setgid(gid)
    setuid(uid)
  } catch (error) {
    throw new StartError(
      `Skillgate was started as root and can't become ${uid}, who owns ${folder}: ${(error as Error).message}. Start it as that account (in a container: user: "${uid}:${gid}"), or, to stay root:  skillgate start --allow-root`,
    )
  }
  if (!isRootForGood()) return
  throw new StartError(`Skillgate became ${uid}, who owns ${folder}, but this machine would let it become root again.`)
}

/** Node's types lack the first. */
interface GroupCalls {
  initgroups: (user: number, group: number) => void
  setgroups: (groups: number[]) => void
}

/** The owner's own, such as that of those who may read certificates; of an account without a name there are none. */
export function takeGroups(uid: number, gid: number): void {
  const { initgroups, setgroups } = process as unknown as GroupCalls
  try {
    initgroups(uid, gid)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_UNKNOWN_CREDENTIAL') throw error
    setgroups([gid])
  }
}

function isRootForGood(): boolean {
  try {
    process.setuid?.(0)
    return true
  } catch {
    return process.getuid?.() === 0 || process.geteuid?.() === 0 || process.getegid?.() === 0
  }
}

/**
 * What root alone can read could be read now and not when it is renewed, or needed for the first time, as some of the
 * program itself is: better to fail now than then.
 * @throws StartError
 */
function refuseUnreadable(files: string[], { uid, gid }: Stats): void {
  const unreadable = files.filter((file) => isForbidden(file))
  if (unreadable.length === 0) return
  throw new StartError(
    `Started as root, Skillgate becomes ${uid}, who owns data_dir, and that account can't read ${unreadable.join(', ')}. Let it, also in the folders above:  chgrp ${gid} ${unreadable.join(' ')} && chmod g+r ${unreadable.join(' ')}\nFor certbot: docs/operations.md, "Port 443, and certificates of root's".`,
  )
}

function isForbidden(file: string): boolean {
  try {
    accessSync(file, constants.R_OK)
    return false
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'EACCES' || code === 'EPERM'
  }
}
