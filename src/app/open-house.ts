import { existsSync } from 'node:fs'
import { type CertificateStore, openCertificateStore } from '../certificates/certificate-store.ts'
import { type Challenges, openChallenges } from '../certificates/challenges.ts'
import type { Environment } from '../config/environment.ts'
import type { Config } from '../config/schema.ts'
import { explainFileError } from '../files/explain-file-error.ts'
import type { Health } from '../gateway/health.ts'
import { addressBlock } from '../net/address-block.ts'
import { openTokenFacts, type TokenFacts } from '../oauth/grants/token-facts.ts'
import type { Sealer } from '../secrets/seal.ts'
import type { Store } from '../store/store.ts'
import { type Audit, openAudit } from '../telemetry/audit.ts'
import { auditFile } from '../telemetry/audit-files.ts'
import { limitAudit } from '../telemetry/limit-audit.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { OpenLog } from '../telemetry/open-log.ts'
import type { RequestListener } from '../telemetry/request-record.ts'
import { passwordVerifier, type VerifyPassword } from '../users/users.ts'
import { measureStore } from './measure-store.ts'
import { openKeys } from './open-keys.ts'
import { databaseFile, openStore } from './open-store.ts'

/** The log: what the gateway itself has to say, and a line for each request. */
export type Telemetry = Pick<OpenLog, 'logger' | 'access' | 'lost' | 'setLevel'>

/** What lives as long as the process, whatever the configuration becomes meanwhile. */
export interface House {
  environment: Environment
  /** Milliseconds since 1970. */
  startedAt: number
  telemetry: Telemetry
  log: Logger
  /** Undefined until somebody wants them. */
  metrics: Metrics | undefined
  store: Store
  sealer: Sealer
  audit: Audit
  facts: TokenFacts
  certificates: CertificateStore
  /** What a CA wants to find on the plain listener. */
  challenges: Challenges
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
  /** Begins with an empty database where there was one that is gone. */
  anew?: boolean
  /** Is told of each request, once, when it has ended. */
  onRequest?: RequestListener['onEnd']
}

/** @throws StorageError in words for the person who started it. */
export async function openHouse(
  { data_dir, tls }: Config,
  environment: Environment,
  telemetry: Telemetry,
  { changesEveryMs, anew = false }: HouseOptions = {},
): Promise<House> {
  const { now } = environment
  const log = telemetry.logger
  const closing = new AsyncDisposableStack()
  try {
    const onMigrated = (version: number, copy: string) =>
      log.info({ detail: `it was of version ${version}; a copy is in ${copy}` }, 'database brought up to date')
    const onClosed = (what: string) => log.warn({ detail: what }, 'file was open to others')
    const begins = anew && !existsSync(databaseFile({ data_dir }))
    const opened = await openStore({ data_dir, tls }, environment, { onMigrated, onClosed, anew })
    closing.defer(() => opened.close())
    const store = measureStore(opened, () => house.metrics?.storeTook)
    const everyEvent = openAudit(auditFile(data_dir), environment, (error) => {
      const detail = explainFileError(error, auditFile(data_dir), 'written')
      log.error({ detail }, 'audit events are being lost')
    })
    const limited = limitAudit(everyEvent, environment, addressBlock)
    const house: House = {
      environment,
      startedAt: now(),
      telemetry,
      log,
      metrics: undefined,
      store,
      sealer: await openKeys({ data_dir }, opened, environment),
      audit(event) {
        house.metrics?.audit(event)
        limited(event)
      },
      certificates: openCertificateStore(environment),
      challenges: openChallenges(),
      facts: openTokenFacts(store, { now, changesEveryMs }),
      verifyPassword: await passwordVerifier(store, environment),
      health: () => (house.phase === 'ok' && !store.healthy() ? 'degraded' : house.phase),
      phase: 'starting',
      closing,
    }
    if (begins) house.audit({ event: 'database_begun' })
    return house
  } catch (error) {
    await closing.disposeAsync()
    throw error
  }
}

/** Closes everything that was opened in it, the latest first: the listeners, which wait for what is in flight, then the rest. */
export async function closeHouse(house: House): Promise<void> {
  const served = house.phase === 'ok'
  house.phase = 'stopping'
  await house.closing.disposeAsync()
  if (served) house.audit({ event: 'stopped' })
}
