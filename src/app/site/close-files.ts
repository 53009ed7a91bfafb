import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { secretFilesOf } from '../../config/files-of.ts'
import type { Config } from '../../config/schema.ts'
import { localFolders } from '../../config/tls-sources.ts'
import { closeToOthers } from '../../files/close-to-others.ts'
import { explainFileError } from '../../files/explain-file-error.ts'
import { StorageError } from '../../files/storage-error.ts'
import { keyFile } from '../../secrets/key-file.ts'
import { auditFile, olderAuditFiles } from '../../telemetry/audit-files.ts'

/**
 * Closes to other accounts what is secret, but for the database, which is closed when it is opened.
 * @returns what was done, in words. @throws StorageError where something is open that isn't ours to close.
 */
export function closeFiles(config: Config): string[] {
  try {
    return secretPlaces(config).flatMap((path) => closeToOthers(path) ?? [])
  } catch (error) {
    const { path } = error as NodeJS.ErrnoException
    if (path === undefined) throw error
    throw new StorageError(explainFileError(error, path, 'read'), { cause: error })
  }
}

/** What no other account is to read, whether it is there or not, but for the database. */
export function secretPlaces(config: Config): string[] {
  return [...ofData(config), ...ofLocalCa(config), ...secretFilesOf(config)]
}

function ofData({ data_dir }: Config): string[] {
  const audit = auditFile(data_dir)
  const older = existsSync(data_dir) ? olderAuditFiles(audit).map(({ path }) => path) : []
  return [data_dir, keyFile(data_dir), audit, ...older]
}

function ofLocalCa({ tls }: Config): string[] {
  return localFolders(tls)
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder).flatMap((name) => (/^local.*\.key$/.test(name) ? [join(folder, name)] : [])),
    )
}
