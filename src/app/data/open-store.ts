import { join } from 'node:path'
import type { Environment } from '../../config/environment.ts'
import type { Config } from '../../config/schema.ts'
import { localFolders } from '../../config/tls-sources.ts'
import { keyFile } from '../../secrets/key-file.ts'
import { openKeyvStore } from '../../store/keyv-store.ts'
import type { SqliteOptions } from '../../store/sqlite/open-sqlite.ts'
import type { Store } from '../../store/store.ts'
import { auditFile } from '../../telemetry/audit-files.ts'
import { controlSocket } from '../process/control-socket.ts'

/** The file in the data folder that everything is kept in. */
export function databaseFile(config: Pick<Config, 'data_dir'>): string {
  return join(config.data_dir, 'skillgate.db')
}

/**
 * Opens what the gateway remembers, also for a command. It is made before anything else that the gateway makes: where
 * there is any of that and no database, it was lost, and only `anew` begins with an empty one.
 * @throws StorageError in words for a person.
 */
export function openStore(
  { data_dir, tls }: Pick<Config, 'data_dir'> & Partial<Pick<Config, 'tls'>>,
  { now }: Pick<Environment, 'now'>,
  options: Omit<SqliteOptions, 'besides'> = {},
): Promise<Store> {
  // Where the disk with the data folder isn't mounted, only what is elsewhere is left.
  const elsewhere = tls ? localFolders(tls).map((folder) => join(folder, 'local-ca.pem')) : []
  const besides = [keyFile(data_dir), auditFile(data_dir), controlSocket(data_dir), ...elsewhere]
  return openKeyvStore(databaseFile({ data_dir }), now, { ...options, besides })
}
