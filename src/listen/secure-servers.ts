import { constants, createHash } from 'node:crypto'
import type { Socket } from 'node:net'
import { createServer, type Server, type TLSSocket, type TlsOptions } from 'node:tls'
import type { CertificateStore } from '../certificates/certificate-store.ts'
import type { Staples } from '../certificates/ocsp/staples.ts'
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
  /** In PEM: whose certificates clients of this name are asked for, if any. Nobody is asked anywhere else. */
  clientCa: (serverName: string) => string | undefined
  /** What responders say of the certificates. */
  staples: Pick<Staples, 'find' | 'isWatched'>
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
  clientCa: string | undefined
}

/** Alone in what a client offers, for nobody but a CA means it. @see RFC 8737 section 3 */
const ACME = 'acme-tls/1'

/**
 * TLS has a server for each set of certificates, so that what a client has said decides about everything at once: which
 * chains it may get, and which sessions it may resume. There is no callback in the middle of a handshake.
 * @param onSecure is given each connection whose handshake is finished. @param onClientError and each that failed.
 */
export function openSecureServers(
  { certificates, alpnContext, suites, ticketKeys, clientCa, staples, onError }: TlsTools,
  onSecure: (socket: TLSSocket, served: ServedCertificates) => void,
  onClientError: (error: Error, socket: TLSSocket) => void,
): ChooseHandshake {
  /** Those of certificates that aren't served any more go with them. */
  const servers = new WeakMap<ServedCertificates, SecureServer>()
  /** The same for the hosts at which clients are asked for a certificate. */
  const asking = new WeakMap<ServedCertificates, SecureServer>()
  /** Those of sets of which each client gets one that is chosen here. */
  const alone = new WeakMap<ServedCertificates, ServedCertificates[]>()
  /** By what is shown: whoever knows of a challenge may come as often as he likes. */
  const answering = new WeakMap<object, Server>()

  function serverFor(served: ServedCertificates, ca: string | undefined): Server {
    const [wanted, keys] = [suites(), ticketKeys.current()]
    const place = ca === undefined ? servers : asking
    const known = place.get(served)
    if (known?.suites !== wanted || known.clientCa !== ca) {
      const server = createServer({
        ...tlsPolicy(wanted),
        cert: served.cert,
        key: served.key,
        ticketKeys: keys,
        sessionIdContext: sessionsOf(served, wanted, ca),
        ALPNProtocols: ['http/1.1'],
        ...(ca !== undefined && askFor(ca, wanted)),
      })
      server.on('secureConnection', (socket) => onSecure(socket, served)).on('tlsClientError', onClientError)
      handOverStaples(server, served)
      place.set(served, { server, suites: wanted, ticketKeys: keys, clientCa: ca })
      return server
    }
    if (known.ticketKeys !== keys) {
      known.server.setTicketKeys(keys)
      known.ticketKeys = keys
    }
    return known.server
  }

  return function chooseHandshake(hello) {
    const { serverName, protocols } = hello
    try {
      if (protocols.length === 1 && protocols[0] === ACME) return answerChallenge(serverName)
      const found = certificates.find(serverName)
      const served = found && chosenFor(found, hello)
      if (served) return enter(serverFor(served, serverName === undefined ? undefined : clientCa(serverName)))
      // Where there is none at all yet, it isn't the name that is wrong.
      return { alert: certificates.find(undefined) ? ALERTS.unrecognizedName : ALERTS.internalError }
    } catch (error) {
      // Whatever it was, one client's hello ends no process (CVE-2026-21637).
      onError(error)
      return { alert: ALERTS.internalError }
    }
  }

  /**
   * OpenSSL chooses among certificates of several kinds, but Node doesn't say which one a client gets, and so not about
   * which one a responder's answer has to be: where there is one to hand over, it is chosen here.
   */
  function chosenFor(served: ServedCertificates, { takesEc }: ClientHello): ServedCertificates {
    if (served.cert.length === 1 || !served.cert.some(staples.isWatched)) return served
    const each = alone.get(served) ?? apart(served)
    alone.set(served, each)
    const wanted = takesEc() ? 'ec' : 'rsa'
    return each.find(({ kinds }) => kinds[0] === wanted) ?? served
  }

  function handOverStaples(server: Server, { cert: [only = '', ...others] }: ServedCertificates): void {
    if (others.length > 0 || !staples.isWatched(only)) return
    server.on('OCSPRequest', (certificate, _, done) => done(null, staples.find(certificate) ?? null))
  }

  function answerChallenge(serverName: string | undefined): Handshake {
    const shown = serverName === undefined ? undefined : alpnContext(serverName)
    if (!shown) return { alert: ALERTS.noApplicationProtocol }
    const known = answering.get(shown)
    if (known) return enter(known)
    const server = createServer({ ...tlsPolicy('modern'), ...shown, ALPNProtocols: [ACME] })
    server.on('secureConnection', (socket) => {
      socket.on('error', () => {})
      // The CA has seen all that there is to see.
      endSocket(socket)
    })
    server.on('tlsClientError', (_, socket) => socket.destroy())
    answering.set(shown, server)
    return enter(server)
  }
}

function apart(served: ServedCertificates): ServedCertificates[] {
  const { cert, key, kinds } = served
  return kinds.map((kind, i) => ({ ...served, cert: [cert[i] ?? ''], key: [key[i] ?? ''], kinds: [kind] }))
}

function enter(server: Server): Handshake {
  return { begin: (socket) => server.emit('connection', socket) }
}

/**
 * A session goes on only where the certificates are for the same names, or one host's would be another's; and only under
 * the same suites. So it outlives a certificate's renewal. OpenSSL takes 32 bytes.
 */
function sessionsOf({ names }: ServedCertificates, suites: Suites, clientCa: string | undefined): string {
  return createHash('sha256')
    .update([suites, clientCa ?? '', ...names.toSorted()].join(' '))
    .digest('base64url')
    .slice(0, 32)
}

/**
 * Whoever shows none, or one of somebody else's, is told so over HTTP, in words. There is nothing to resume: each
 * connection is asked anew, so that a certificate counts as soon as it is installed, and no longer than it is there.
 */
function askFor(ca: string, suites: Suites): TlsOptions {
  const secureOptions = tlsPolicy(suites).secureOptions | constants.SSL_OP_NO_TICKET
  return { requestCert: true, rejectUnauthorized: false, ca, secureOptions }
}
