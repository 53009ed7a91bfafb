import { join } from 'node:path'
import type { Environment } from '../config/environment.ts'
import type { Config } from '../config/schema.ts'
import type { Health } from '../gateway/health.ts'
import { addressBlock } from '../net/address-block.ts'
import { openTokenFacts, type TokenFacts } from '../oauth/grants/token-facts.ts'
import { keyFile, openSealer, type Sealer } from '../secrets/seal.ts'
import { openKeyvStore } from '../store/keyv-store.ts'
import type { Store } from '../store/store.ts'
import { type Audit, openAudit } from '../telemetry/audit.ts'
import { auditFile } from '../telemetry/audit-files.ts'
import { limitAudit } from '../telemetry/limit-audit.ts'
import type { Logger } from '../telemetry/log.ts'
import { passwordVerifier, type VerifyPassword } from '../users/users.ts'

/** What lives as long as the process, whatever the configuration becomes meanwhile. */
export interface House {
  environment: Environment
  log: Logger
  store: Store
  sealer: Sealer
  audit: Audit
  facts: TokenFacts
  verifyPassword: VerifyPassword
  /** What `/health` says. */
  health: () => Health
  /** Where the gateway is in its life. */
  phase: Exclude<Health, 'degraded'>
  /** What has to be closed in the end, the latest first. */
  closing: AsyncDisposableStack
}

export interface HouseOptions {
  /** How old the answer may be whether another process has written. Milliseconds. */
  changesEveryMs?: number
}

/** The file in the data folder that everything is kept in. */
export function databaseFile(config: Pick<Config, 'data_dir'>): string {
  return join(config.data_dir, 'skillgate.db')
}

/** @throws StorageError in words for the person who started it. */
export async function openHouse(
  { data_dir }: Config,
  environment: Environment,
  log: Logger,
  { changesEveryMs }: HouseOptions = {},
): Promise<House> {
  const { now } = environment
  const closing = new AsyncDisposableStack()
  try {
    const store = await openKeyvStore(databaseFile({ data_dir }), now)
    closing.defer(() => store.close())
    const everyEvent = openAudit(auditFile(data_dir), environment, (error) => {
      log.error({ detail: error.message }, 'audit events are being lost')
    })
    const house: House = {
      environment,
      log,
      store,
      sealer: await openSealer(keyFile(data_dir), environment),
      audit: limitAudit(everyEvent, environment, addressBlock),
      facts: openTokenFacts(store, { now, changesEveryMs }),
      verifyPassword: await passwordVerifier(store, environment),
      health: () => (house.phase === 'ok' && !store.healthy() ? 'degraded' : house.phase),
      phase: 'starting',
      closing,
    }
    return house
  } catch (error) {
    await closing.disposeAsync()
    throw error
  }
}
