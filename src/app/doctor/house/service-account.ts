import { statSync } from 'node:fs'
import type { Config } from '../../../config/schema.ts'
import { takeGroups } from '../../process/leave-root.ts'

/** An account of this machine. */
export interface Account {
  uid: number
  gid: number
}

/**
 * Who the gateway runs as: whoever owns `data_dir` where root looks, for that is who a start as root becomes; else who
 * looks. Undefined on a machine without accounts, as Windows is.
 */
export function serviceAccount({ data_dir }: Pick<Config, 'data_dir'>): Account | undefined {
  const [uid, gid] = [process.geteuid?.(), process.getegid?.()]
  if (uid === undefined || gid === undefined) return undefined
  const owner = statSync(data_dir, { throwIfNoEntry: false })
  return uid === 0 && owner ? { uid: owner.uid, gid: owner.gid } : { uid, gid }
}

/** Runs it as that account where root looks, and comes back; what it does has to be over when it returns. */
export function asAccount<T>({ uid, gid }: Account, run: () => T): T {
  const { getgroups, setgroups, setegid, seteuid } = process
  const me = process.geteuid?.()
  if (me !== 0 || uid === 0 || !getgroups || !setgroups || !setegid || !seteuid) return run()
  const [groups, group] = [getgroups(), process.getegid?.() ?? 0]
  try {
    takeGroups(uid, gid)
    setegid(gid)
    seteuid(uid)
    return run()
  } finally {
    seteuid(me)
    setegid(group)
    setgroups(groups)
  }
}
