import { existsSync } from 'node:fs'
import { copyFile, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import type { Environment } from '../../config/environment.ts'
import type { Config } from '../../config/schema.ts'
import { certificateFiles } from '../../config/tls-sources.ts'
import { giveToFolderOwner, makeFolder, makeFolderFor } from '../../files/keep-owner.ts'
import { StorageError } from '../../files/storage-error.ts'
import { syncFile, syncFolder } from '../../files/sync-folder.ts'
import { writeWholeFile } from '../../files/write-whole-file.ts'
import { everyRow } from '../../store/every-row.ts'
import { openKeyvStore } from '../../store/keyv-store.ts'
import type { Kind } from '../../store/records.ts'
import { type BackedUpFile, type BackupContents, stripBackupFile } from '../../store/sqlite/backup-file.ts'
import { isOpenElsewhere } from '../../store/sqlite/is-open-elsewhere.ts'
import type { Store } from '../../store/store.ts'
import { auditFile } from '../../telemetry/audit-files.ts'
import { type AuditRecord, readAudit } from '../../telemetry/read-audit.ts'
import { isRunning } from '../process/control-socket.ts'
import { type Ended, endedSince, onlyOlder } from './ended-since.ts'
import { placeOf } from './files-to-back-up.ts'
import { databaseFile } from './open-store.ts'

export interface RestoreOptions {
  /** The backup as it was made, without its encryption. */
  backup: string
  contents: BackupContents
  config: Config
  configFile: string
  environment: Environment
  /** Asks whether what was ended since the backup stays ended. */
  staysEnded: (ended: Ended[]) => Promise<boolean>
}

export interface Restored {
  /** The folder where everything is now that was in the way; undefined if nothing was. */
  aside: string | undefined
  /** Files of the backup that stand beside those that were there, for somebody to compare. */
  beside: string[]
  /** What is older than it was, in words. */
  older: string[]
}

/** Of an hour ago, and nobody's who signed in since: whoever had one signs in again. A window may have been closed since. */
const NOT_RESTORED: Kind[] = ['session', 'code', 'device', 'user-code', 'failures', 'registration-window']

/** No access token lives longer: until then Alexa may show one that was given out after the backup. Milliseconds. */
const NOTED_MS = 86_400_000

/**
 * Puts a backup in the place of what is there. The database goes first and comes last: where this breaks off, there is
 * none, which no start takes for a new one, and the next restore begins anew.
 * @throws StorageError when something runs, or a file can't be written.
 */
export async function restoreBackup(options: RestoreOptions): Promise<Restored> {
  const { config, configFile, environment, contents } = options
  const database = databaseFile(config)
  await refuseWhileOpen(config, database)
  makeFolder(config.data_dir)
  const staging = await mkdtemp(join(config.data_dir, 'restoring-'))
  try {
    const since = readAudit(auditFile(config.data_dir), Number.POSITIVE_INFINITY).filter(
      ({ time }) => Date.parse(time) > contents.madeAt,
    )
    const staged = join(staging, basename(database))
    await stageDatabase(staged, since, options)

    const aside = asideFolder(config.data_dir, environment.now())
    for (const suffix of ['', '-wal', '-shm']) await setAside(`${database}${suffix}`, aside)
    const beside: string[] = []
    for (const file of contents.files) {
      const place = placeOf(file.name, config, configFile)
      if (place)
        beside.push(...(await putBack(file, place, { aside, keeps: isKept(place, config, configFile), environment })))
    }
    await rename(staged, database)
    giveToFolderOwner(database)
    await syncFolder(config.data_dir)
    return { aside: existsSync(aside) ? aside : undefined, beside, older: onlyOlder(since) }
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}

/** Whoever runs would go on with the rows of before, and write them into the wrong file. */
async function refuseWhileOpen({ data_dir }: Config, database: string): Promise<void> {
  if ((await isRunning(data_dir)) || isOpenElsewhere(database)) {
    throw new StorageError(
      `Skillgate runs on ${data_dir}, or another program has ${database} open: stop it first, then restore again. Nothing was changed.`,
    )
  }
}

/** Makes the database that is going to be there. */
async function stageDatabase(
  staged: string,
  since: AuditRecord[],
  { backup, environment, staysEnded }: RestoreOptions,
): Promise<void> {
  await copyFile(backup, staged)
  stripBackupFile(staged)
  const store = await openKeyvStore(staged, environment.now)
  try {
    for (const kind of NOT_RESTORED) await deleteAll(store, kind)
    const ended = await endedSince(store, since)
    const at = environment.now()
    await store.put('restore', 'last', { at }, at + NOTED_MS)
    if (ended.length > 0 && (await staysEnded(ended))) for (const { endAgain } of ended) await endAgain(store)
  } finally {
    await store.close()
  }
  await syncFile(staged)
}

async function deleteAll(store: Store, kind: Kind): Promise<void> {
  for await (const { id } of everyRow(store, kind)) await store.delete(kind, id)
}

/** Others look after certificates of their own, and a configuration may have been changed for a reason. */
function isKept(place: string, { tls }: Config, configFile: string): boolean {
  const { certificates, keys } = certificateFiles(tls)
  return [configFile, ...certificates, ...keys].map((path) => resolve(path)).includes(place)
}

interface PutBackOptions {
  aside: string
  /** Whether what is there stays. */
  keeps: boolean
  environment: Environment
}

/** @returns where it stands beside another one, if it does. */
async function putBack(
  { name, mode, content }: BackedUpFile,
  place: string,
  { aside, keeps, environment }: PutBackOptions,
): Promise<string[]> {
  const there = await readIfThere(place)
  if (there?.equals(content)) return []
  const beside = there !== undefined && keeps
  const path = beside ? `${place}.from-backup` : place
  if (there !== undefined && !beside) await copyAside(place, join(aside, basename(name)))
  makeFolderFor(path)
  await writeWholeFile({ path, text: content, mode, randomBytes: environment.randomBytes })
  return beside ? [path] : []
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** One for each restore; made when there is something for it. */
function asideFolder(dataDirectory: string, now: number): string {
  const time = new Date(now).toISOString().slice(0, 19).replace('T', '-').replaceAll(':', '')
  return join(dataDirectory, `before-restore-${time}`)
}

async function setAside(path: string, aside: string): Promise<void> {
  if (!existsSync(path)) return
  makeFolder(aside)
  await rename(path, join(aside, basename(path)))
}

async function copyAside(path: string, to: string): Promise<void> {
  makeFolderFor(to)
  await copyFile(path, to)
  giveToFolderOwner(to)
}
