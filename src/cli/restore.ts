import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import type { Ended } from '../app/data/ended-since.ts'
import { restoreBackup } from '../app/data/restore-backup.ts'
import { loadConfig } from '../config/load.ts'
import { StorageError } from '../files/storage-error.ts'
import { writeWholeFile } from '../files/write-whole-file.ts'
import { decryptFile, isEncrypted } from '../secrets/encrypt-file.ts'
import { type BackupContents, readBackupFile } from '../store/sqlite/backup-file.ts'
import { openAudit } from '../telemetry/audit.ts'
import { auditFile } from '../telemetry/audit-files.ts'
import { CommandError } from './command-error.ts'
import { localTime } from './local-time.ts'
import type { World } from './world.ts'

interface RestoreWords {
  /** What becomes of what was ended since: `stays` or `returns`; asked for, if absent. */
  ended?: string
}

/** `skillgate restore FILE [--ended stays|returns]`: puts a backup in the place of what is there. */
export async function restore(world: World, file: string, { ended }: RestoreWords): Promise<number> {
  if (ended !== undefined && ended !== 'stays' && ended !== 'returns') {
    throw new CommandError('--ended is "stays" or "returns".')
  }
  const scratch = await mkdtemp(join(tmpdir(), 'skillgate-restore-'))
  try {
    const plain = await decrypted(world, resolve(file), scratch)
    const contents = readContents(plain, file)
    await putConfigurationBack(world, contents)
    const config = loadConfig(world.configFile, world.variables)
    const { configFile, print } = world
    const staysEnded = (since: Ended[]) => decide(world, since, ended)
    const done = await restoreBackup({ backup: plain, contents, config, configFile, environment: world, staysEnded })
    openAudit(auditFile(config.data_dir), world, () => {})({
      event: 'restored',
      detail: `${file}, made ${new Date(contents.madeAt).toISOString()}`,
    })
    print(
      `Restored what was saved ${localTime(contents.madeAt)}. Everybody has to sign in again; what was linked then is linked.`,
    )
    for (const line of done.older) print(`Attention: ${line}`)
    for (const path of done.beside) print(`${path} differs from the one that is there, which was kept: compare them.`)
    if (done.aside) print(`What was there before is in ${done.aside}: delete it when all is well.`)
    print('Now:  npx skillgate check  and then  npx skillgate start')
    return 0
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** @returns the backup without its encryption. */
async function decrypted(world: World, file: string, scratch: string): Promise<string> {
  if (!existsSync(file)) throw new CommandError(`There is no file ${file}.`)
  if (!isEncrypted(file)) return file
  world.print('It is encrypted: the passphrase, please.')
  const plain = join(scratch, basename(file))
  try {
    await decryptFile(file, plain, await world.askPassword({ label: 'Passphrase', once: true }))
    return plain
  } catch (cause) {
    throw notRestored(file, cause as Error)
  }
}

function readContents(plain: string, file: string): BackupContents {
  try {
    return readBackupFile(plain)
  } catch (cause) {
    throw notRestored(file, cause as Error)
  }
}

function notRestored(file: string, cause: Error): StorageError {
  return new StorageError(`${file} can't be restored: ${cause.message}. Nothing was changed.`, { cause })
}

/** On a new machine there is none, and without it nobody knows where the rest belongs. */
async function putConfigurationBack(
  { configFile, randomBytes, print }: World,
  { files }: BackupContents,
): Promise<void> {
  if (existsSync(configFile)) return
  const found =
    files.find(({ name }) => name === basename(configFile)) ?? files.find(({ name }) => /^[^/]+\.ya?ml$/.test(name))
  if (!found) throw new CommandError(`${configFile} isn't there, and the backup has none: write one first.`)
  await writeWholeFile({ path: configFile, text: found.content, mode: found.mode, ifAbsent: true, randomBytes })
  print(`${configFile} is the one of the backup.`)
}

async function decide({ print, askLine }: World, since: Ended[], ended: string | undefined): Promise<boolean> {
  print('Ended since the backup was made, and in it still there:')
  for (const { words } of since) print(`  ${words}`)
  if (ended === undefined && !askLine) print('They stay ended. (--ended returns brings them back.)')
  if (ended !== undefined || !askLine) return ended !== 'returns'
  const answer = (await askLine('Shall they stay ended? [Y/n] ')).trim().toLowerCase()
  return answer !== 'n' && answer !== 'no'
}
