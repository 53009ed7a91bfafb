import { closeSync, existsSync, openSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { filesOf } from '../../../config/files-of.ts'
import type { Config } from '../../../config/schema.ts'
import { accountForChown, accountName } from '../../../files/account-name.ts'
import { explainForbidden } from '../../../files/explain-forbidden.ts'
import type { Patient } from '../examination.ts'
import { examinationOf } from './examination-of.ts'
import { fault, good, type Seen, unseen } from './seen.ts'
import { type Account, asAccount, serviceAccount } from './service-account.ts'

const NEEDS =
  'the gateway to read what the configuration names, also when it is renewed, and to write into its data_dir.'

/** Files that the gateway needs and its account may not read: forbidden, and not damaged. Those of others in its folder. */
export const readableFiles = examinationOf(
  { id: 'readable-files', title: 'Files for the service', isLocal: true },
  (patient) => {
    const { config } = patient
    const service = serviceAccount(config)
    if (!service) return [good('This machine has no owners of files.')]
    const seen = [...forbiddenFiles(patient, service), ...strayFiles(config, service)]
    if (seen.length > 0) return seen
    return [good(`${accountName(service.uid)} can read all that the configuration names.`)]
  },
)

function forbiddenFiles({ config, configFile }: Patient, service: Account): Seen[] {
  const root = process.geteuid?.() === 0 && service.uid !== 0
  return filesOf(config, configFile).flatMap((file) => {
    const code = asAccount(service, () => whyUnreadable(file))
    if (code !== 'EACCES' && code !== 'EPERM') return []
    const found = root
      ? `${file} is there, and ${accountName(service.uid)}, who owns data_dir, may not read it.`
      : explainForbidden(file, 'read', code)
    const remedy = `let that account read it, in the folders above it too:  sudo chgrp ${service.gid} ${file} && sudo chmod g+r ${file}; for certbot's, docs/operations.md`
    return [fault(found, { needs: NEEDS, remedy })]
  })
}

function whyUnreadable(file: string): string | undefined {
  try {
    closeSync(openSync(file, 'r'))
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code
  }
}

/** What a command left there that somebody ran as another account. */
function strayFiles({ data_dir }: Config, { uid }: Account): Seen[] {
  if (!existsSync(data_dir)) return []
  try {
    const owner = statSync(data_dir).uid
    const strays = readdirSync(data_dir)
      .filter((name) => /^(skillgate|audit|control)\b/.test(name))
      .map((name) => join(data_dir, name))
      .filter((path) => statSync(path, { throwIfNoEntry: false })?.uid !== owner && existsSync(path))
    const mine = owner === uid ? [] : [data_dir]
    return [...mine, ...strays].map((path) =>
      fault(`${path} belongs to ${accountName(statSync(path).uid)}, and the gateway runs as ${accountName(uid)}.`, {
        needs: NEEDS,
        remedy: `sudo chown -R ${accountForChown(uid)} ${path}; or run all of it as its owner`,
      }),
    )
  } catch (error) {
    return [unseen(explainForbidden(data_dir, 'read', String((error as NodeJS.ErrnoException).code)))]
  }
}
