import { join } from 'node:path'
import { certificateFromFiles } from '../certificates/files/certificate-from-files.ts'
import { localCertificate } from '../certificates/local/local-certificate.ts'
import type { ServerCertificate } from '../certificates/server-certificate.ts'
import type { Environment } from '../config/environment.ts'
import type { Config } from '../config/schema.ts'
import type { Gateway } from '../gateway/gateway.ts'
import { requestHandler } from '../gateway/handle-request.ts'
import { upgradeHandler } from '../gateway/handle-upgrade.ts'
import type { Health } from '../gateway/health.ts'
import { identityHeaders } from '../gateway/identity-headers.ts'
import { compileRoutes, type Destination, type ForwardedRoute } from '../gateway/match-route.ts'
import { openForwarder } from '../gateway/upstreams/forward.ts'
import { openTunnels } from '../gateway/upstreams/open-tunnels.ts'
import { type Listener, listenHttpRedirect, listenHttps } from '../listen/listeners.ts'
import { addressBlock } from '../net/address-block.ts'
import { clientAddressReader } from '../net/client-address.ts'
import { openKeyvStore } from '../store/keyv-store.ts'
import type { Store } from '../store/store.ts'
import { openAudit } from '../telemetry/audit.ts'
import { auditFile } from '../telemetry/audit-files.ts'
import { limitAudit } from '../telemetry/limit-audit.ts'
import type { Logger } from '../telemetry/log.ts'
import { loadRegistration } from './load-registration.ts'
import { maintainStore } from './maintain-store.ts'
import { openAuthorizationServer } from './open-authorization-server.ts'
import { ownEndpoints } from './own-endpoints.ts'
import { policyFor, resourceOf } from './protected-resources.ts'
import { upstreamToken } from './secret-sources.ts'

/** Milliseconds for what is in flight when the gateway stops; a container is killed after 10 s. */
const PATIENCE = 7000

/** A gateway with everything at hand but its listeners. */
export interface PreparedGateway {
  store: Store
  certificate: ServerCertificate
  listen: () => Promise<RunningGateway>
  /** For one that never listened. */
  close: () => Promise<void>
}

export interface RunningGateway {
  https: Listener
  http?: Listener
  /** Stops accepting, finishes what is in flight, and gives everything back, within 8 s. */
  close: () => Promise<void>
}

/** The file in the data folder that everything is kept in. */
export function databaseFile(config: Config): string {
  return join(config.data_dir, 'skillgate.db')
}

/**
 * The composition root: all that a start does but listening.
 * @throws StorageError, CertificateError, StartError in words for the person who started it.
 */
export async function prepareGateway(config: Config, environment: Environment, log: Logger): Promise<PreparedGateway> {
  const { now } = environment
  const store = await openKeyvStore(databaseFile(config), now)
  const opened: (() => Promise<void>)[] = [() => store.close()]
  const close = async () => {
    for (const give of opened.reverse()) await give()
  }
  try {
    const certificate = await loadCertificate(config, environment)
    for (const warning of certificate.warnings) log.warn({ detail: warning }, 'certificate')
    const everyEvent = openAudit(auditFile(config.data_dir), environment, (error) => {
      log.error({ detail: error.message }, 'audit events are being lost')
    })
    const audit = limitAudit(everyEvent, environment, addressBlock)
    const server = await openAuthorizationServer(config, { store, environment, audit })
    let phase: Health = 'starting'
    const health = (): Health => (phase === 'ok' && !store.healthy() ? 'degraded' : phase)
    const { routes, closeForwarders } = await openRoutes(config)
    opened.push(closeForwarders)
    const destinations: Destination[] = [
      ...ownEndpoints(server, { registration: await loadRegistration(config, environment) }, health),
      ...routes,
    ]
    const tunnels = openTunnels(server.accessTokens)
    opened.push(tunnels.close)
    const gateway: Gateway = {
      routes: compileRoutes(destinations),
      accessTokens: server.accessTokens,
      tunnels,
      clientAddress: clientAddressReader(config.listen.trusted_proxies),
      identityHeaders: identityHeaders(config.identity_headers, new URL(config.public_url).host),
      log,
      health,
    }

    async function listen(): Promise<RunningGateway> {
      const { https, http } = await openListeners(config, certificate, gateway, opened).catch(async (error) => {
        await close()
        throw error
      })
      opened.push(maintainStore(store, now, log))
      phase = 'ok'
      audit({ event: 'started' })
      const stop = async () => {
        phase = 'stopping'
        await close()
        audit({ event: 'stopped' })
      }
      return { https, http, close: stop }
    }
    return { store, certificate, listen, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** @param opened gets what closes each of them, as soon as it is open. */
async function openListeners(
  { listen, public_url }: Config,
  certificate: ServerCertificate,
  gateway: Gateway,
  opened: (() => Promise<void>)[],
): Promise<Pick<RunningGateway, 'https' | 'http'>> {
  const https = await listenHttps(listen.https, certificate, requestHandler(gateway), upgradeHandler(gateway))
  opened.push(() => https.close(PATIENCE))
  const http = listen.http && (await listenHttpRedirect(listen.http, public_url))
  if (http) opened.push(() => http.close(0))
  return { https, http }
}

function loadCertificate({ tls, public_url }: Config, { now, randomBytes }: Environment): Promise<ServerCertificate> {
  const host = new URL(public_url).hostname
  return tls.source === 'files'
    ? certificateFromFiles({ certificate: tls.certificate, key: tls.key, host, now: now() })
    : localCertificate({
        directory: tls.directory,
        names: [host, 'localhost', '127.0.0.1', '::1'],
        now: now(),
        randomBytes,
      })
}

async function openRoutes(config: Config): Promise<{ routes: ForwardedRoute[]; closeForwarders: () => Promise<void> }> {
  const upstreams = new Map<string, Pick<ForwardedRoute, 'upstream' | 'forwarder'>>()
  for (const [name, { url, token, response_timeout }] of Object.entries(config.upstreams)) {
    const upstream = {
      name,
      url,
      token: token && (await upstreamToken(token, name)),
      responseTimeout: response_timeout * 1000,
    }
    upstreams.set(name, { upstream, forwarder: openForwarder(upstream) })
  }
  const routes = config.routes
    .filter((route) => route.upstream !== undefined)
    .map((route) => ({
      ...route,
      ...upstreams.get(route.upstream)!,
      ...policyFor(resourceOf(config.public_url, route.path), route),
    }))
  const closeForwarders = async () => {
    for (const { forwarder } of upstreams.values()) await forwarder.close()
  }
  return { routes, closeForwarders }
}
