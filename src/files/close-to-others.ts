import { chmodSync, type Stats, statSync } from 'node:fs'
import { accountForChown, accountName } from './account-name.ts'
import { StorageError } from './storage-error.ts'

/**
 * What is secret is its owner's alone. One of this account's own that is open to others is closed. Another account may
 * let this one's group read it: that is how an administrator hands a secret to a service. PostgreSQL has the same rule.
 * @returns what was done, or that it can't be done from here, in words; undefined where all was well, or nothing is there.
 * @throws StorageError where others can get at it, and it isn't this account's to close.
 */
export function closeToOthers(path: string): string | undefined {
  // Windows has other permissions, which its folders hand down.
  const me = process.geteuid?.()
  const stats = statSync(path, { throwIfNoEntry: false })
  if (me === undefined || stats === undefined) return undefined
  const ours = stats.uid === me || me === 0
  const open = openToOthers(stats, me)
  if (open === 0) return undefined
  const closed = (stats.mode & 0o7777 & ~open).toString(8).padStart(4, '0')
  if (!ours) throw new StorageError(refusal(path, stats, closed))
  try {
    chmodSync(path, stats.mode & 0o7777 & ~open)
  } catch (cause) {
    // A folder that another program fills, such as /ssl of Home Assistant: nothing here can close it, or make it worse.
    if ((cause as NodeJS.ErrnoException).code === 'EROFS') {
      return `${path} is open to other accounts (mode ${modeOf(stats)}), and can't be closed from here, where its file system is only read. Close it where it is written:  chmod ${closed} ${path}`
    }
    throw new StorageError(refusal(path, stats, closed), { cause })
  }
  return `${path} was open to other accounts (mode ${modeOf(stats)}), and is ${closed} now. If any of them isn't to be trusted, what was in it is known: renew it.`
}

/** The bits of a secret's mode that let others get at it. @param me the account that it is a secret of. */
export function openToOthers({ uid, gid, mode }: Pick<Stats, 'uid' | 'gid' | 'mode'>, me: number): number {
  const handedOver = uid === 0 && gid !== 0
  const ours = uid === me || me === 0
  return mode & (ours && !handedOver ? 0o077 : 0o027)
}

const modeOf = ({ mode }: Stats): string => (mode & 0o7777).toString(8).padStart(4, '0')

function refusal(path: string, stats: Stats, closed: string): string {
  const { uid } = stats
  const me = process.geteuid?.() ?? 0
  return `${path} is open to other accounts (mode ${modeOf(stats)}) and belongs to ${accountName(uid)}, while this runs as ${accountName(me)} (uid ${me}). Close it:  sudo chmod ${closed} ${path} && sudo chown ${accountForChown(me)} ${path}`
}
