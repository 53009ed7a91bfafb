import { openDirectives } from '../alexa/directives/directives.ts'
import type { Config } from '../config/schema.ts'
import { headerNames } from '../gateway/headers/header-names.ts'
import { identityHeaders } from '../gateway/headers/identity-headers.ts'
import { compileRoutes, type RouteTable } from '../gateway/routes/compile-routes.ts'
import type { Site as SiteOfGateway } from '../gateway/site.ts'
import type { Upstream } from '../gateway/upstreams/upstream.ts'
import type { ConnectionLimits } from '../listen/connection-room.ts'
import type { CommandPolicy } from '../music-assistant/command.ts'
import { clientAddressReader } from '../net/client-address.ts'
import type { AuthorizationServer } from '../oauth/authorization-server.ts'
import { whyRefused } from '../oauth/grants/why-refused.ts'
import { findDevice } from '../users/devices.ts'
import { openAccount } from './account/open-account.ts'
import { openHostSessions, whoMaySignIn } from './account/open-host-sessions.ts'
import { loadSimulatedChain } from './alexa/load-simulated-chain.ts'
import { openSkillRequests } from './alexa/open-skill-requests.ts'
import { skillDestinations } from './alexa/skill-destinations.ts'
import { type DeviceCertificates, openDeviceCertificates } from './certificates/open-device-certificates.ts'
import { connectionLimits } from './listening/connection-limits.ts'
import { allowNow } from './music-assistant/allow-now.ts'
import { commandPolicies } from './music-assistant/command-policies.ts'
import { isPersonal } from './music-assistant/is-personal.ts'
import { loadProtocols } from './music-assistant/load-protocols.ts'
import type { House } from './open-house.ts'
import { closeFiles } from './site/close-files.ts'
import { echoEndpoint } from './site/echo-endpoint.ts'
import { loadRoutes } from './site/load-routes.ts'
import { loadStreamUrls } from './site/load-stream-urls.ts'
import { loadUpstreams } from './site/load-upstreams.ts'
import { noOtherMetadata } from './site/no-other-metadata.ts'
import { openAuthorizationServer } from './site/open-authorization-server.ts'
import { ownEndpoints } from './site/own-endpoints.ts'
import { protectedResources } from './site/protected-resources.ts'

/** All that a configuration decides. A reload opens the next one and puts it in the place of the one before, whole. */
export interface Site extends SiteOfGateway {
  config: Config
  authorizationServer: AuthorizationServer
  connectionLimits: ConnectionLimits
  /** By their settings. */
  upstreams: Map<string, Upstream>
  /** Which commands pass, by the names of the upstreams that have any. */
  policies: Map<string, CommandPolicy>
  /** Where devices are asked for their certificates. */
  deviceCertificates: DeviceCertificates
}

/**
 * Does all of its I/O, so that swapping is one assignment, and takes over from the previous site what didn't change.
 * @throws StorageError, StartError in words for a person; then nothing of the previous one has changed.
 */
export async function openSite(house: House, config: Config, previous?: Site): Promise<Site> {
  const { environment, health, personalTokens } = house
  for (const closed of closeFiles(config)) house.log.warn({ detail: closed }, 'file was open to others')
  const upstreams = await loadUpstreams(config, {
    previous: previous?.upstreams,
    ownTokensAt: (name) => (isPersonal(config, name) ? personalTokens.at(name) : undefined),
    monotonic: environment.monotonic,
  })
  const byName = new Map([...upstreams.values()].map((upstream) => [upstream.name, upstream]))
  const resources = protectedResources(config, () => routes)
  const server = await openAuthorizationServer(house, config, byName, resources)
  const simulated = await loadSimulatedChain(config, house)
  const policies = commandPolicies(config)
  const readName = headerNames(config.identity_headers)
  const deviceCertificates = await openDeviceCertificates(config, environment)
  const maySignIn = whoMaySignIn(config)
  const { visits, gate } = openHostSessions(house, config)
  const account = openAccount(server, visits, config)
  const concern = () => house.certificateKeeper.concerns()[0]?.words ?? house.errands.trouble()
  const own = ownEndpoints(server, { account, resources }, health, concern)
  const echo = echoEndpoint(config, house.echoes)
  const skill = skillDestinations(house, config, { upstreams: byName, policies })
  const routes: RouteTable = compileRoutes(
    [...own, ...noOtherMetadata(config), echo, ...skill, ...loadRoutes(config, byName, policies)],
    new URL(config.public_url).hostname,
  )
  return {
    config,
    authorizationServer: server,
    connectionLimits: connectionLimits(config, house.machine),
    upstreams,
    policies,
    deviceCertificates,
    protocols: loadProtocols(upstreams.values(), ({ name }) => allowNow(() => house.current?.(), name)),
    routes,
    resources,
    accessTokens: server.accessTokens,
    whyRefused: (token) => whyRefused(server, token),
    directives: openDirectives(environment),
    streamUrls: loadStreamUrls(config, house),
    sessions: gate,
    devices: {
      find: (certificate) => findDevice({ store: house.store, now: environment.now }, certificate, maySignIn),
    },
    skillRequests: openSkillRequests(house, server, simulated),
    clientAddress: clientAddressReader(config.listen.trusted_proxies),
    headerNames: readName,
    identityHeaders: identityHeaders(config.identity_headers, new URL(config.public_url).host, readName),
  }
}

/** Closes what only this site used, after the last request that uses it; at once where it was never served. */
export async function closeSite(site: Site, next: Pick<Site, 'upstreams'> | undefined): Promise<void> {
  const unused = [...site.upstreams].filter(([key]) => !next?.upstreams.has(key))
  await Promise.allSettled(unused.map(([, upstream]) => (next ? upstream.retire() : upstream.destroy())))
}
