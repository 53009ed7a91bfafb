import { openStore } from '../app/data/open-store.ts'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { explainFileError } from '../files/explain-file-error.ts'
import type { Store } from '../store/store.ts'
import { type Audit, openAudit } from '../telemetry/audit.ts'
import { auditFile } from '../telemetry/audit-files.ts'
import type { World } from './world.ts'

/** What a command works with that changes what the gateway remembers. */
export interface StoreTools {
  world: World
  config: Config
  store: Store
  audit: Audit
}

/** Runs it on the store, which a running gateway may have open too: that one notices at once. @returns the exit code. */
export async function withStore(world: World, run: (tools: StoreTools) => Promise<void>): Promise<number> {
  const config = loadConfig(world.configFile, world.variables)
  const store = await openStore(config, world, {
    onClosed: world.print,
    onMigrated: (_, copy) => world.print(`The database was brought up to date; a copy from before is in ${copy}.`),
  })
  try {
    const audit = openAudit(auditFile(config.data_dir), world, (error) => {
      const why = explainFileError(error, auditFile(config.data_dir), 'written')
      world.print(`Attention: this is missing in the audit file: ${why}`)
    })
    await run({ world, config, store, audit })
    return 0
  } finally {
    await store.close()
  }
}
