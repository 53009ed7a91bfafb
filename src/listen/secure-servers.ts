import { createHash } from 'node:crypto'
import type { Socket } from 'node:net'
import { createServer, type Server, type TLSSocket } from 'node:tls'
import type { CertificateStore } from '../certificates/certificate-store.ts'
import type { ServedCertificates } from '../certificates/served-certificates.ts'
import { endSocket } from '../net/end-socket.ts'
import { type Suites, tlsPolicy } from '../net/tls-policy.ts'
import type { ClientHello } from './client-hello.ts'
import { ALERTS, type Alert } from './refuse-handshake.ts'
import type { TicketKeys } from './ticket-keys.ts'

/** How TLS is to be spoken, as the configuration of now says. */
export interface TlsTools {
  certificates: Pick<CertificateStore, 'find'>
  /** What a CA is to be shown that checks whose name this is, if anything. @see RFC 8737 */
  alpnContext: (serverName: string) => { cert: string; key: string } | undefined
  suites: () => Suites
  /** Whether browsers are told to come by https only, where everybody trusts the certificate. */
  hsts: () => boolean
  ticketKeys: TicketKeys
  /** Hears what kept a certificate from being chosen. */
  onError: (error: unknown) => void
}

/** What becomes of a connection after its ClientHello: TLS, or an alert before it has cost anything. */
export type Handshake = { begin: (socket: Socket) => void } | { alert: Alert }

/** Never throws. */
export type ChooseHandshake = (hello: ClientHello) => Handshake

interface SecureServer {
  server: Server
  suites: Suites
  ticketKeys: Buffer
}

/** Alone in what a client offers, for nobody but a CA means it. @see RFC 8737 section 3 */
const ACME = 'acme-tls/1'

/**
 * TLS has a server for each set of certificates, so that what a client has said decides about everything at once: which
 * chains it may get, and which sessions it may resume. There is no callback in the middle of a handshake.
 * @param onSecure is given each connection whose handshake is finished. @param onClientError and each that failed.
 */
export function openSecureServers(
  { certificates, alpnContext, suites, ticketKeys, onError }: TlsTools,
  onSecure: (socket: TLSSocket, served: ServedCertificates) => void,
  onClientError: (error: Error, socket: TLSSocket) => void,
): ChooseHandshake {
  /** Those of certificates that aren't served any more go with them. */
  const servers = new WeakMap<ServedCertificates, SecureServer>()

  function serverFor(served: ServedCertificates): Server {
    const [wanted, keys] = [suites(), ticketKeys.current()]
    const known = servers.get(served)
    if (known?.suites !== wanted) {
      const server = createServer({
        ...tlsPolicy(wanted),
        cert: served.cert,
        key: served.key,
        ticketKeys: keys,
        sessionIdContext: sessionsOf(served, wanted),
        ALPNProtocols: ['http/1.1'],
      })
      server.on('secureConnection', (socket) => onSecure(socket, served)).on('tlsClientError', onClientError)
      servers.set(served, { server, suites: wanted, ticketKeys: keys })
      return server
    }
    if (known.ticketKeys !== keys) {
      known.server.setTicketKeys(keys)
      known.ticketKeys = keys
    }
    return known.server
  }

  return function chooseHandshake({ serverName, protocols }) {
    try {
      if (protocols.length === 1 && protocols[0] === ACME) return answerChallenge(serverName)
      const served = certificates.find(serverName)
      if (served) return enter(serverFor(served))
      // Where there is none at all yet, it isn't the name that is wrong.
      return { alert: certificates.find(undefined) ? ALERTS.unrecognizedName : ALERTS.internalError }
    } catch (error) {
      // Whatever it was, one client's hello ends no process (CVE-2026-21637).
      onError(error)
      return { alert: ALERTS.internalError }
    }
  }

  function answerChallenge(serverName: string | undefined): Handshake {
    const shown = serverName === undefined ? undefined : alpnContext(serverName)
    if (!shown) return { alert: ALERTS.noApplicationProtocol }
    const server = createServer({ ...tlsPolicy('modern'), ...shown, ALPNProtocols: [ACME] })
    server.on('secureConnection', (socket) => {
      socket.on('error', () => {})
      // The CA has seen all that there is to see.
      endSocket(socket)
    })
    server.on('tlsClientError', (_, socket) => socket.destroy())
    return enter(server)
  }
}

function enter(server: Server): Handshake {
  return { begin: (socket) => server.emit('connection', socket) }
}

/**
 * A session goes on only where the certificates are for the same names, or one host's would be another's; and only under
 * the same suites. So it outlives a certificate's renewal. OpenSSL takes 32 bytes.
 */
function sessionsOf({ names }: ServedCertificates, suites: Suites): string {
  return createHash('sha256')
    .update([suites, ...names.toSorted()].join(' '))
    .digest('base64url')
    .slice(0, 32)
}
