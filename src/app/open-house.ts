import { existsSync } from 'node:fs'
import { type CertificateStore, openCertificateStore } from '../certificates/certificate-store.ts'
import { type Challenges, openChallenges } from '../certificates/challenges.ts'
import { askResponder } from '../certificates/ocsp/fetch-answer.ts'
import { openStaples, type Staples } from '../certificates/ocsp/staples.ts'
import type { Environment } from '../config/environment.ts'
import type { Config } from '../config/schema.ts'
import { explainFileError } from '../files/explain-file-error.ts'
import type { Health } from '../gateway/health.ts'
import { openReservedSlots, type ReservedSlots } from '../limits/reserved-slots.ts'
import type { TakePort } from '../listen/reserve-ports.ts'
import { type Kept, openPersonalTokens, type PersonalTokens } from '../music-assistant/tokens/personal-tokens.ts'
import { addressBlock } from '../net/address-block.ts'
import { openPresses, type PressOnce } from '../oauth/consent/presses.ts'
import { openTokenFacts, type TokenFacts } from '../oauth/grants/token-facts.ts'
import type { Sealer } from '../secrets/seal.ts'
import type { Store } from '../store/store.ts'
import { type Clock, watchClock } from '../store/watch-clock.ts'
import { type Audit, openAudit } from '../telemetry/audit.ts'
import { auditFile } from '../telemetry/audit-files.ts'
import { limitAudit } from '../telemetry/limit-audit.ts'
import type { Logger } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { OpenLog } from '../telemetry/open-log.ts'
import type { RequestListener } from '../telemetry/request-record.ts'
import { openSession } from '../users/account-session.ts'
import { passwordVerifier, type VerifyPassword } from '../users/users.ts'
import {
  type CertificatesOfAmazon,
  openSkillRequestMemory,
  type SkillRequestMemory,
} from './alexa/open-skill-requests.ts'
import { type CertificateKeeper, openCertificateKeeper } from './certificates/keep-certificates.ts'
import { openSource } from './certificates/open-source.ts'
import { measureStore } from './data/measure-store.ts'
import { openKeys } from './data/open-keys.ts'
import { databaseFile, openStore } from './data/open-store.ts'
import { type Echoes, openEchoes } from './doctor/echoes.ts'
import { type Machine, thisMachine } from './listening/connection-limits.ts'
import { callToUpstream } from './music-assistant/call-to-upstream.ts'
import { isPersonal } from './music-assistant/is-personal.ts'
import type { Site } from './open-site.ts'
import { type Errands, openErrands } from './process/errands.ts'
import { RELEASED_AT } from './released-at.ts'
import type { Sleep } from './repeat.ts'
import { StartError } from './start-error.ts'

/** The log: what the gateway itself has to say, and a line for each request. */
export type Telemetry = Pick<OpenLog, 'logger' | 'access' | 'lost' | 'setLevel'>

/** What lives as long as the process, whatever the configuration becomes meanwhile. */
export interface House {
  environment: Environment
  machine: Machine
  /** Milliseconds since 1970. */
  startedAt: number
  telemetry: Telemetry
  log: Logger
  /** Undefined until somebody wants them. */
  metrics: Metrics | undefined
  store: Store
  clock: Clock
  sealer: Sealer
  audit: Audit
  facts: TokenFacts
  skillRequests: SkillRequestMemory
  /** People's own tokens at upstreams. */
  personalTokens: PersonalTokens
  /** Those of them that end soon, and could not be renewed. */
  endingTokens: Kept['ending']
  /** What is served now; nothing before the first site was opened. */
  current: (() => Site) | undefined
  certificates: CertificateStore
  /** What brings them. */
  certificateKeeper: CertificateKeeper
  /** What responders say of them. */
  staples: Staples
  /** What a CA wants to find on the plain listener. */
  challenges: Challenges
  /** What is done in a process of its own. */
  errands: Errands
  /** What doctors send, and want to hear again. */
  echoes: Echoes
  verifyPassword: VerifyPassword
  /** Where passwords wait to be checked. */
  passwordSlots: ReservedSlots
  /** Also across a reload: who presses twice has pressed once. */
  pressOnce: PressOnce
  /** What `/health` says. */
  health: () => Health
  /** Where the gateway is in its life. */
  phase: Exclude<Health, 'degraded' | 'overloaded'>
  /** Whether there is too little memory for anything new. */
  overloaded: boolean
  takePort: TakePort | undefined
  /** What has to be closed in the end, the latest first. */
  closing: AsyncDisposableStack
}

export interface HouseOptions {
  machine?: Machine
  /** How old the answer may be whether another process has written. Milliseconds. */
  changesEveryMs?: number
  /** Begins with an empty database where there was one that is gone. */
  anew?: boolean
  /** Is told of each request, once, when it has ended. */
  onRequest?: RequestListener['onEnd']
  /** Whether each Music Assistant is asked which commands it has; it is, unless this is false. */
  comparesCommands?: boolean
  /** For addresses that were bound before. */
  takePort?: TakePort
  /** The process for errands, where it was begun before. */
  errands?: Errands
  /** How it is waited for what is due. */
  sleep?: Sleep
  /** Where the certificates of skill requests come from, and whom they have to come from. */
  amazon?: CertificatesOfAmazon
  /** In PEM: whose certificates every browser trusts; those that Node comes with, if absent. */
  publicRoots?: readonly string[]
}

/** @throws StorageError, StartError in words for the person who started it. */
export async function openHouse(
  { data_dir, tls, public_url }: Config,
  environment: Environment,
  telemetry: Telemetry,
  {
    changesEveryMs,
    machine = thisMachine(),
    anew = false,
    takePort,
    amazon,
    publicRoots,
    errands = openErrands(),
    sleep,
  }: HouseOptions = {},
): Promise<House> {
  const { now, monotonic = () => performance.now() } = environment
  const log = telemetry.logger
  const closing = new AsyncDisposableStack()
  closing.defer(() => errands.close())
  try {
    const onMigrated = (version: number, copy: string) =>
      log.info({ detail: `it was of version ${version}; a copy is in ${copy}` }, 'database brought up to date')
    const onClosed = (what: string) => log.warn({ detail: what }, 'file was open to others')
    const begins = anew && !existsSync(databaseFile({ data_dir }))
    const opened = await openStore({ data_dir, tls }, environment, { onMigrated, onClosed, anew })
    closing.defer(() => opened.close())
    const seen = await opened.get('clock', 'seen')
    const clock = watchClock({ now, monotonic, seenAt: seen?.seenAt, releasedAt: RELEASED_AT })
    refuseImpossible(clock)
    const store = measureStore(opened, () => house.metrics?.storeTook)
    const everyEvent = openAudit(auditFile(data_dir), environment, (error) => {
      const detail = explainFileError(error, auditFile(data_dir), 'written')
      log.error({ detail }, 'audit events are being lost')
    })
    const limited = limitAudit(everyEvent, environment, addressBlock)
    closing.defer(limited.settle)
    const sealer = await openKeys({ data_dir }, opened, environment)
    const challenges = openChallenges(environment)
    const certificates = openCertificateStore({ now, publicRoots })
    const house: House = {
      environment,
      machine,
      startedAt: now(),
      telemetry,
      log,
      metrics: undefined,
      store,
      clock,
      sealer,
      audit(event) {
        house.metrics?.audit(event)
        limited.audit(event)
      },
      certificates,
      certificateKeeper: openCertificateKeeper({
        store: certificates,
        open: (wanted) => openSource(wanted, environment, { errands, challenges, log, sleep }),
        log,
        now,
        onTried: (source, result) => house.metrics?.certificateTried(source, result),
      }),
      staples: openStaples({ now, ask: askResponder, log }),
      challenges,
      errands,
      echoes: openEchoes(environment),
      facts: openTokenFacts(store, { now, changesEveryMs }),
      skillRequests: openSkillRequestMemory(environment, amazon),
      personalTokens: openPersonalTokens({
        ...environment,
        monotonic,
        store,
        sealer,
        log,
        audit: (event) => house.audit(event),
        inDoubt: () => clock.doubt() !== undefined,
        callTo: (name) => callToUpstream(house.current?.(), name),
        isPersonal: (name) => house.current !== undefined && isPersonal(house.current().config, name),
        openAccountSession: (user) => openSession(sealer, user),
        host: () => new URL(house.current?.().config.public_url ?? public_url).host,
        generation: () => house.facts.generation(),
        forgetAll: () => house.facts.forgetAll(),
      }),
      endingTokens: [],
      current: undefined,
      verifyPassword: await passwordVerifier(store, environment),
      passwordSlots: openReservedSlots(),
      pressOnce: openPresses(environment),
      health() {
        if (house.phase !== 'ok') return house.phase
        return house.overloaded ? 'overloaded' : store.healthy() ? 'ok' : 'degraded'
      },
      phase: 'starting',
      overloaded: false,
      takePort,
      closing,
    }
    if (begins) house.audit({ event: 'database_begun' })
    return house
  } catch (error) {
    await closing.disposeAsync()
    throw error
  }
}

/** What is made at a start lasts for years: no certificate is to be dated by a clock of 1970. */
function refuseImpossible(clock: Clock): void {
  const doubt = clock.doubt()
  if (!doubt?.impossible) return
  throw new StartError(
    `The clock of this machine is wrong: ${doubt.detail}. Set it ("timedatectl" shows it), and start again.`,
  )
}

/** Closes everything that was opened in it, the latest first: the listeners, which wait for what is in flight, then the rest. */
export async function closeHouse(house: House): Promise<void> {
  const served = house.phase === 'ok'
  house.phase = 'stopping'
  await house.closing.disposeAsync()
  if (served) house.audit({ event: 'stopped' })
}
