import type { ServerCertificate } from '../certificates/server-certificate.ts'
import type { Environment } from '../config/environment.ts'
import type { Address, Config } from '../config/schema.ts'
import { type ExchangeHandler, exchangeHandler } from '../gateway/handle-exchange.ts'
import { plainExchangeHandler } from '../gateway/handle-plain-exchange.ts'
import { tellOfLong } from '../gateway/tell-of-long.ts'
import { watchAccess } from '../gateway/watch-access.ts'
import type { ConnectionTools } from '../listen/connections.ts'
import type { GuardTools } from '../listen/guard-connections.ts'
import { listenHttp } from '../listen/listen-http.ts'
import { listenHttps } from '../listen/listen-https.ts'
import type { Listener } from '../listen/listener.ts'
import { dateLinks } from '../oauth/grants/date-links.ts'
import { redateFuture } from '../oauth/grants/redate-future.ts'
import type { Store } from '../store/store.ts'
import type { RequestListener } from '../telemetry/request-record.ts'
import { adminTokens } from './admin-tokens.ts'
import { serveCertificate } from './certificate-source.ts'
import { guardMemory, openGuard } from './guard-house.ts'
import { keepTime } from './keep-time.ts'
import { keepUpstreamTokens } from './keep-upstream-tokens.ts'
import { DRAIN_TIMEOUT_MS, type Listeners, openListeners } from './listeners.ts'
import { lookAfterStore } from './look-after-store.ts'
import { maintainStore } from './maintain-store.ts'
import { closeHouse, type House, type HouseOptions, openHouse, type Telemetry } from './open-house.ts'
import { closeSite, openSite, type Site } from './open-site.ts'
import { databaseFile } from './open-store.ts'
import { pageWarnings } from './page-warnings.ts'
import { reloader } from './reload.ts'
import { requestIds } from './request-ids.ts'
import { measure, metricsHandler } from './serve-metrics.ts'
import { tellOfRequests } from './tell-of-requests.ts'
import { unreachableServers } from './unreachable-servers.ts'
import { watchCommands } from './watch-commands.ts'
import { watchLogGrowth } from './watch-log-growth.ts'

/** A gateway with everything at hand but its listeners. */
export interface PreparedGateway {
  store: Store
  certificate: ServerCertificate
  listen: () => Promise<RunningGateway>
  /** Each Music Assistant that isn't there, and each token of the gateway's own that is an administrator's, a sentence each. */
  warnings: () => Promise<string[]>
  /** For one that never listened. */
  close: () => Promise<void>
}

export interface RunningGateway {
  https: Listener
  http?: Listener
  metrics?: Listener
  /**
   * Puts another configuration in place of this one, whole.
   * @throws ConfigError, StartError, CertificateError, StorageError, or an error of Node's; then nothing has changed.
   */
  reload: (config: Config) => Promise<void>
  /** For the metrics: also of a reload that came to nothing before it got here. */
  countReload: (result: 'success' | 'failure') => void
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
    site = await openSite(house, config)
  } catch (error) {
    await closing.disposeAsync()
    throw error
  }
  const current = () => site
  house.current = current
  closing.defer(() => closeSite(current(), undefined))
  serveCertificate(house.certificates, site)
  warnOfCertificate(house, site)
  warnOfPages(house, site)

  async function listen(): Promise<RunningGateway> {
    const onRequests = tellOfRequests(house, current, options.onRequest)
    const handle = exchangeHandler({ current, health: house.health, onLong: onRequests.onLong })
    const guard = openGuard(house, current)
    const listeners = openListeners((kind, address) => {
      if (kind === 'metrics') return listenForMetrics(house, listeners, current, { address, guard })
      return openListener(kind, address)
    })
    const openListener = listenerOpener(house, current, handle, { ...onRequests, guard })
    closing.defer(() => listeners.close(DRAIN_TIMEOUT_MS))
    try {
      await date()
      const prepared = await listeners.prepare(config)
      prepared.commit()
    } catch (error) {
      await closing.disposeAsync()
      throw error
    }
    const { facts, audit } = house
    const access = watchAccess({ exchanges: listeners.exchanges, current, generation: facts.generation })
    closing.defer(access.stop)
    closing.defer(tellOfLong({ exchanges: listeners.exchanges, onLong: onRequests.onLong }).stop)
    guardMemory(house, listeners, current)
    const isHeld = watchLogGrowth(databaseFile(config))
    closing.defer(maintainStore(store, house.clock, house.log, { isHeld }))
    closing.defer(keepTime({ store, clock: house.clock, log: house.log, redate }))
    closing.defer(lookAfterStore(store, house.log))
    closing.defer(keepUpstreamTokens(house))
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
        return listeners.find('https') as Listener
      },
      get http() {
        return listeners.find('http')
      },
      get metrics() {
        return listeners.find('metrics')
      },
      handle,
      reload,
      countReload: (result) => house.metrics?.reloaded(result),
      close: () => closeHouse(house),
    }
  }

  const date = () => dateLinks(current().authorizationServer)

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
    warnOfPages(house, next)
    if (next.certificate.certificate !== previous.certificate.certificate) warnOfCertificate(house, next)
    warnOfAdmins(house, next)
    closeSite(previous, next).catch((error) => house.log.error({ detail: String(error) }, 'closing upstreams failed'))
  }

  return {
    store,
    certificate: site.certificate,
    listen,
    warnings: async () => (await Promise.all([unreachableServers(current()), adminTokens(current())])).flat(),
    close: () => closeHouse(house),
  }
}

/** In the background: no start and no reload waits for an upstream. */
function warnOfAdmins({ log }: House, site: Site): void {
  adminTokens(site).then(
    (warnings) => {
      for (const detail of warnings) log.warn({ detail }, "token of an administrator's")
    },
    (error) => log.error({ detail: String(error) }, 'asking whose a token is failed'),
  )
}

function warnOfCertificate({ log }: House, { certificate }: Site): void {
  for (const warning of certificate.warnings) log.warn({ detail: warning }, 'certificate')
}

function warnOfPages({ log }: House, { config, certificate }: Site): void {
  for (const warning of pageWarnings(config, certificate)) log.warn({ detail: warning }, 'pages of others')
}

function listenerOpener(
  house: House,
  current: () => Site,
  handleExchange: ExchangeHandler,
  { onEnd, guard }: Pick<RequestListener, 'onEnd'> & { guard: GuardTools },
) {
  const ticketKeys = house.environment.randomBytes(48)
  const tools = { ...readerTools(house, current), onEnd, guard }
  const handlePlainExchange = plainExchangeHandler({
    publicUrl: () => current().config.public_url,
    challengeAnswer: house.challenges.answer,
  })
  return (kind: 'https' | 'http', address: Address): Promise<Listener> =>
    kind === 'https'
      ? listenHttps(address, house.certificates, ticketKeys, { ...tools, handle: handleExchange })
      : listenHttp(address, { ...tools, handle: handlePlainExchange })
}

/** Who asks for metrics is in no log: it would be most of its lines. */
async function listenForMetrics(
  house: House,
  listeners: Listeners,
  current: () => Site,
  { address, guard }: { address: Address; guard: GuardTools },
): Promise<Listener> {
  const metrics = await measure(house, listeners, current)
  const handle = metricsHandler(house, metrics, current)
  return listenHttp(address, { ...readerTools(house, current), onEnd() {}, handle, guard })
}

function readerTools({ environment, takePort }: House, current: () => Site): Omit<ConnectionTools, 'handle' | 'onEnd'> {
  return {
    takePort,
    now: environment.now,
    monotonic: () => performance.now(),
    newRequestId: requestIds(environment),
    clientAddress: (peer, forwardedFor) => current().clientAddress(peer, forwardedFor),
  }
}
