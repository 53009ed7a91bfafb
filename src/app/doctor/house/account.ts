import { statSync } from 'node:fs'
import { accountName } from '../../../files/account-name.ts'
import { examinationOf } from './examination-of.ts'
import { good, type Seen, unseen } from './seen.ts'

/** Whoever is neither the owner of `data_dir` nor root would see faults that are none. */
export const account = examinationOf(
  { id: 'account', title: 'Account', isLocal: false, isNeeded: true },
  ({ config: { data_dir } }) => {
    const owner = statSync(data_dir, { throwIfNoEntry: false })?.uid
    return [judgeAccount(process.geteuid?.(), owner, data_dir)]
  },
)

/**
 * @param me who looks; undefined on a machine without accounts. @param owner of `data_dir`; undefined where it isn't there.
 */
export function judgeAccount(me: number | undefined, owner: number | undefined, dataDirectory: string): Seen {
  if (me === undefined) return good('This machine has no accounts.')
  if (owner === undefined || me === 0 || me === owner) return good(`${accountName(me)} may see all of it.`)
  const found = `${dataDirectory} belongs to ${accountName(owner)}, and this is ${accountName(me)}, who may not see what is in it.`
  const needs = 'somebody to look who may: the account that the gateway runs as, or root.'
  return unseen(found, { needs, remedy: `sudo -u '${accountName(owner)}' npx skillgate doctor` })
}
