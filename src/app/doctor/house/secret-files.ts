import { statSync } from 'node:fs'
import { accountName } from '../../../files/account-name.ts'
import { openToOthers } from '../../../files/close-to-others.ts'
import { explainFileError } from '../../../files/explain-file-error.ts'
import { databaseFile } from '../../data/open-store.ts'
import { secretPlaces } from '../../site/close-files.ts'
import { examinationOf } from './examination-of.ts'
import { attention, fault, good, type Seen, unseen } from './seen.ts'
import { type Account, serviceAccount } from './service-account.ts'

/** Whether other accounts of this machine can read what is secret: keys, tokens, the database. */
export const secretFiles = examinationOf({ id: 'secret-files', title: 'Secret files', isLocal: true }, ({ config }) => {
  const service = serviceAccount(config)
  if (!service) return [good('This machine has no modes of files; its folders say who may read.')]
  try {
    const database = databaseFile(config)
    const paths = [...new Set([...secretPlaces(config), database, `${database}-wal`, `${database}-shm`])]
    const seen = paths.flatMap((path) => lookAt(path, service))
    return seen.length > 0 ? seen : [good('None is open to other accounts.')]
  } catch (error) {
    const { path = config.data_dir } = error as NodeJS.ErrnoException
    return [unseen(explainFileError(error, path, 'read'))]
  }
})

function lookAt(path: string, { uid }: Account): Seen[] {
  let stats: ReturnType<typeof statSync>
  try {
    stats = statSync(path)
  } catch {
    // What isn't there, or can't be read, is looked at by itself.
    return []
  }
  const open = openToOthers(stats, uid)
  if (open === 0) return []
  const closed = inOctal(stats.mode & ~open)
  const found = `${path} is open to other accounts (mode ${inOctal(stats.mode)}).`
  const needs = 'secrets that only the gateway knows: whoever reads one can be Alexa, or you.'
  if (stats.uid === uid || uid === 0) {
    const remedy = `chmod ${closed} ${path}  (the next start does it). If any account is not to be trusted, renew what is in it.`
    return [attention(found, { needs, remedy })]
  }
  const remedy = `sudo chmod ${closed} ${path}; a start refuses it, for it belongs to ${accountName(stats.uid)}`
  return [fault(found, { needs, remedy })]
}

function inOctal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0')
}
