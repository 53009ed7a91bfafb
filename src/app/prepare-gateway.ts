import type { ServerCertificate } from '../certificates/server-certificate.ts'
import type { Environment } from '../config/environment.ts'
import type { Config } from '../config/schema.ts'
import { type ExchangeHandler, exchangeHandler } from '../gateway/handle-exchange.ts'
import { tellOfLong } from '../gateway/tell-of-long.ts'
import { watchAccess } from '../gateway/watch-access.ts'
import type { Listener } from '../listen/listener.ts'
import { dateLinks } from '../oauth/grants/date-links.ts'
import { redateFuture } from '../oauth/grants/redate-future.ts'
import type { Store } from '../store/store.ts'
import type { CertificateKeeper } from './certificates/keep-certificates.ts'
import { keepStaples } from './certificates/keep-staples.ts'
import { lendChallenges } from './certificates/lend-challenges.ts'
import { wantedCertificates } from './certificates/wanted-certificates.ts'
import { keepTime } from './data/keep-time.ts'
import { lapseClients } from './data/lapse-clients.ts'
import { lookAfterStore } from './data/look-after-store.ts'
import { maintainStore } from './data/maintain-store.ts'
import { databaseFile } from './data/open-store.ts'
import { watchLogGrowth } from './data/watch-log-growth.ts'
import type { Examinable } from './doctor/echoes.ts'
import { guardMemory, openGuard } from './listening/guard-house.ts'
import { listenForGateway } from './listening/listen-for-gateway.ts'
import { DRAIN_TIMEOUT_MS } from './listening/listeners.ts'
import { tellOfRequests } from './listening/tell-of-requests.ts'
import { keepUpstreamTokens } from './music-assistant/keep-upstream-tokens.ts'
import { watchCommands } from './music-assistant/watch-commands.ts'
import { closeHouse, type HouseOptions, openHouse, type Telemetry } from './open-house.ts'
import { closeSite, openSite, type Site } from './open-site.ts'
import { reloader } from './reloading/reload.ts'
import type { ReloadOutcome } from './reloading/watch-configuration.ts'
import { warnOfAdmins, warnOfSite } from './site/warn-of-site.ts'

/** A gateway with everything at hand but its listeners. */
export interface PreparedGateway {
  store: Store
  certificates: () => ServerCertificate[]
  listen: () => Promise<RunningGateway>
  /** For one that never listened. */
  close: () => Promise<void>
}

export interface RunningGateway {
  https?: Listener
  http?: Listener
  plain?: Listener
  metrics?: Listener
  /**
   * Puts another configuration in place of this one, whole.
   * @throws ConfigError, StartError, CertificateError, StorageError, or an error of Node's; then nothing has changed.
   */
  reload: (config: Config) => Promise<void>
  /** For the metrics: also of a reload that came to nothing before it got here. */
  countReload: (result: 'success' | 'failure') => void
  /** Has certificates renewed before their time. */
  renew: CertificateKeeper['renew']
  /** Shows a CA what another process of this machine wants it to see. */
  showChallenge: (lent: string) => Promise<ReloadOutcome>
  /** What a doctor on this machine needs to find this gateway through the public URL. */
  examine: () => Examinable
  /** What happens to each request that comes over TLS, whatever has read it. */
  handle: ExchangeHandler
  /** Stops accepting, finishes what is in flight, and closes everything, within 8 s. */
  close: () => Promise<void>
}

/**
 * The composition root: all that a start does but listening.
 * @throws StorageError, CertificateError, StartError in words for the person who started it.
 */
export async function prepareGateway(
  config: Config,
  environment: Environment,
  telemetry: Telemetry,
  options: HouseOptions = {},
): Promise<PreparedGateway> {
  const house = await openHouse(config, environment, telemetry, options)
  const { store, closing } = house
  let site: Site
  try {
    const certificates = await house.certificateKeeper.prepare(wantedCertificates(config))
    site = await openSite(house, config)
    certificates.commit()
  } catch (error) {
    await closing.disposeAsync()
    throw error
  }
  const current = () => site
  house.current = current
  /** Until the last look at people's own tokens is over, which waits for nothing once the connections are closed. */
  let tokensKept: Promise<void> | undefined
  closing.defer(async () => tokensKept)
  closing.defer(() => closeSite(current(), undefined))
  warnOfSite(house, site, house.certificateKeeper.certificates())

  async function listen(): Promise<RunningGateway> {
    const { onEnd, onLong } = tellOfRequests(house, current, options.onRequest)
    const handle = exchangeHandler({ current, health: house.health, onLong })
    const listeners = listenForGateway(house, current, { handle, guard: openGuard(house, current), onEnd })
    closing.defer(() => listeners.close(DRAIN_TIMEOUT_MS))
    try {
      const prepared = await listeners.prepare(config)
      prepared.commit()
    } catch (error) {
      await closing.disposeAsync()
      throw error
    }
    const { facts, audit } = house
    // A database of a hundred thousand links keeps nobody waiting, and what an earlier release dated is good until then.
    const dated = date().catch((error) => house.log.error({ detail: String(error) }, 'dating links failed'))
    closing.defer(async () => void (await dated))
    const access = watchAccess({ exchanges: listeners.exchanges, current, generation: facts.generation })
    closing.defer(access.stop)
    closing.defer(tellOfLong({ exchanges: listeners.exchanges, onLong }).stop)
    guardMemory(house, listeners, current)
    const isHeld = watchLogGrowth(databaseFile(config))
    closing.defer(house.certificateKeeper.tend())
    const { staples, certificates, certificateKeeper, log } = house
    closing.defer(keepStaples({ staples, store: certificates, certificates: certificateKeeper.certificates, log }))
    closing.defer(maintainStore(store, house.clock, house.log, { isHeld }))
    closing.defer(lapseClients({ store, clock: house.clock, log: house.log }))
    closing.defer(keepTime({ store, clock: house.clock, log: house.log, redate }))
    closing.defer(lookAfterStore(store, house.log))
    const stopKeeping = keepUpstreamTokens(house)
    closing.defer(() => {
      tokensKept = stopKeeping()
    })
    if (options.comparesCommands !== false) {
      const stop = watchCommands({ current, log: house.log })
      // What it waits for ends with the connections to the upstream.
      closing.defer(() => void stop())
    }
    const { reload, settled } = reloader({ house, listeners, current, swapSite, date })
    // First, so that none opens what nobody would close.
    closing.defer(settled)
    house.phase = 'ok'
    audit({ event: 'started' })
    warnOfAdmins(house, site)
    return {
      get https() {
        return listeners.find('https')
      },
      get http() {
        return listeners.find('http')
      },
      get plain() {
        return listeners.find('plain')
      },
      get metrics() {
        return listeners.find('metrics')
      },
      renew: house.certificateKeeper.renew,
      showChallenge: lendChallenges(house.challenges),
      examine: () => ({ nonce: house.echoes.give(), https: listeners.find('https')?.port }),
      handle,
      reload,
      countReload: (result) => house.metrics?.reloaded(result),
      close: () => closeHouse(house),
    }
  }

  /** Whoever puts another site in its place begins anew, and nobody waits for it to stop. */
  function date(): Promise<number> {
    const { authorizationServer } = site
    return dateLinks(
      authorizationServer,
      () => house.phase === 'stopping' || site.authorizationServer !== authorizationServer,
    )
  }

  /** What seemed to have ended by a clock that was ahead had no other date yet. */
  async function redate(): Promise<number> {
    await date()
    return redateFuture(current().authorizationServer)
  }

  /** One assignment: whoever has begun with the site before goes on with that. */
  function swapSite(next: Site): void {
    const previous = site
    site = next
    house.telemetry.setLevel(next.config.log.level)
    warnOfSite(house, next, house.certificateKeeper.certificates())
    warnOfAdmins(house, next)
    closeSite(previous, next).catch((error) => house.log.error({ detail: String(error) }, 'closing upstreams failed'))
  }

  return {
    store,
    certificates: house.certificateKeeper.certificates,
    listen,
    close: () => closeHouse(house),
  }
}
