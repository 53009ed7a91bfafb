import { GatewayError } from '../../http/gateway-error.ts'
import type { FoundDevice } from '../../users/devices.ts'
import type { ClientCertificate, Exchange } from '../exchange.ts'
import type { Site } from '../site.ts'
import type { AccessKind, Decision } from './access.ts'
import { hostOf, requireOwnPage } from './require-own-page.ts'

/** Whoever's device has shown a certificate that the gateway made for it. */
export interface MtlsAccess {
  kind: 'mtls'
}

/** What a route for devices with certificates needs to know of the rest of the house. */
export interface DeviceGate {
  /** @throws StorageError */
  find: (certificate: ClientCertificate) => Promise<FoundDevice>
}

export const mtls: AccessKind<MtlsAccess> = {
  credentialHeaders: [],
  read: () => ({ kind: 'mtls' }),
  decide: decideByCertificate,
  async stillHolds(_, { certificate, identity }, _asked, { devices }) {
    if (!certificate || !identity) return false
    const found = await devices.find(certificate)
    return 'user' in found && found.user.id === identity.user.id
  },
}

/**
 * A certificate was asked for by the name that the connection was opened for, so it counts for that host only. A browser
 * shows it with whatever it is made to send, as it does with a cookie.
 * @throws GatewayError misdirected, certificate_required, foreign_request; StorageError
 */
async function decideByCertificate(_: MtlsAccess, exchange: Exchange, site: Site): Promise<Decision> {
  const { clientCertificate: certificate, record } = exchange
  const host = hostOf(exchange)
  if (record.serverName?.toLowerCase() !== host) {
    const opened = record.serverName === undefined ? 'without a name' : `for ${JSON.stringify(record.serverName)}`
    throw new GatewayError('misdirected', `a request for ${host} over a connection that was opened ${opened}`)
  }
  if (!certificate) throw new GatewayError('certificate_required', 'none was shown')
  const found = await site.devices.find(certificate)
  if ('refused' in found) throw new GatewayError('certificate_required', found.refused)
  requireOwnPage(exchange, { programs: true })
  const { id, name, displayName } = found.user
  const identity = { user: { id, name, displayName }, client: found.name, scopes: site.sessions.scopes, by: 'mtls' }
  return { kind: 'allow', identity, certificate }
}
