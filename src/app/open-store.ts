import { join } from 'node:path'
import type { Environment } from '../config/environment.ts'
import type { Config } from '../config/schema.ts'
import { keyFile } from '../secrets/key-file.ts'
import { openKeyvStore } from '../store/keyv-store.ts'
import type { SqliteOptions } from '../store/sqlite/open-sqlite.ts'
import type { Store } from '../store/store.ts'
import { auditFile } from '../telemetry/audit-files.ts'
import { controlSocket } from './control-socket.ts'

/** The file in the data folder that everything is kept in. */
export function databaseFile(config: Pick<Config, 'data_dir'>): string {
  return join(config.data_dir, 'skillgate.db')
}

/**
 * Opens what the gateway remembers, also for a command. It is made first of all that is in the data folder: where there
 * is anything else of ours and no database, that one was lost, and only `anew` begins with an empty one.
 * @throws StorageError in words for a person.
 */
export function openStore(
  { data_dir }: Pick<Config, 'data_dir'>,
  { now }: Pick<Environment, 'now'>,
  options: Omit<SqliteOptions, 'besides'> = {},
): Promise<Store> {
  const besides = [keyFile(data_dir), auditFile(data_dir), controlSocket(data_dir)]
  return openKeyvStore(databaseFile({ data_dir }), now, { ...options, besides })
}
