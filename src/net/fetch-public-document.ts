import type { IncomingMessage } from 'node:http'
import { type RequestOptions, request } from 'node:https'
import { isIPv6, type LookupFunction } from 'node:net'
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls'
import { DocumentProblem, type DocumentProblemKind } from './document-problem.ts'
import { ownAddresses } from './own-addresses.ts'
import { publicAddresses, type Resolve, resolveByNameServers } from './public-addresses.ts'

/** Gets a small JSON document from a public server. @throws DocumentProblem */
export type FetchPublicDocument = (url: URL) => Promise<PublicDocument>

export interface PublicDocument {
  bytes: Uint8Array
  /** Of all `Cache-Control` headers, joined by commas. */
  cacheControl: string | undefined
  /** Seconds that it had been in a cache on the way. */
  age: number
}

/** The world that is asked; tests have one of their own. */
export interface PublicWorld {
  resolve: Resolve
  /** The addresses of this machine, whose network is the house, however public. */
  own: () => string[]
  /** Where connections go once the addresses are known to be public. */
  reach: (addresses: string[]) => { addresses: string[]; port: number }
  /** The CAs that a server's certificate may come from, in PEM. */
  ca: readonly string[]
  /** For all of it, from the name to the last byte. */
  timeoutMs: number
}

const WORLD: PublicWorld = {
  resolve: resolveByNameServers,
  own: ownAddresses,
  reach: (addresses) => ({ addresses, port: 443 }),
  ca: rootCertificates,
  timeoutMs: 3000,
}

/** Bytes. @see draft-ietf-oauth-client-id-metadata-document section 6.6 */
const BODY_LIMIT = 5 * 1024
/** Bytes of all headers: some sites have a policy of 10 KB among them. */
const HEADERS_LIMIT = 16 * 1024
/** Bytes of all that comes, with what frames it, and with answers that are none yet. */
const WIRE_LIMIT = 64 * 1024

const HEADERS = {
  Accept: 'application/json',
  'Accept-Encoding': 'identity',
  Connection: 'close',
  'User-Agent': 'skillgate (OAuth client metadata)',
}

/** `application/json`, or `application/...+json`. */
const JSON_TYPE = /^application\/(?:[\w.!#$&^-]+\+)?json[ \t]*(?:;|$)/i

/** The way to documents of the world as it is. */
export const fetchPublicDocument: FetchPublicDocument = publicFetch()

/**
 * A way to documents: each by a connection of its own, to an address that was checked and is not looked up again. Nothing
 * that is answered leads anywhere else, is decompressed, or is waited for.
 * @param world what of it is another one.
 */
export function publicFetch(world: Partial<PublicWorld> = {}): FetchPublicDocument {
  const { resolve, own, reach, ca, timeoutMs } = { ...WORLD, ...world }
  let context: SecureContext | undefined

  return async function fetchDocument(url) {
    const deadline = AbortSignal.timeout(timeoutMs)
    const late = new DocumentProblem('too slow', `no whole answer within ${timeoutMs / 1000} s`)
    const addresses = await unlessLate(publicAddresses(url.hostname, resolve, own()), deadline, late)
    const place = reach(addresses)
    // Made once: reading all roots takes some milliseconds.
    context ??= createSecureContext({ ca: [...ca], minVersion: 'TLSv1.2' })
    return askServer(url, { place, context, deadline, late })
  }
}

function unlessLate<T>(work: Promise<T>, deadline: AbortSignal, late: DocumentProblem): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const stop = () => reject(late)
  deadline.addEventListener('abort', stop)
  return Promise.race([work, promise]).finally(() => deadline.removeEventListener('abort', stop))
}

interface Asking {
  place: ReturnType<PublicWorld['reach']>
  context: SecureContext
  deadline: AbortSignal
  late: DocumentProblem
}

function askServer(url: URL, { place, context, deadline, late }: Asking): Promise<PublicDocument> {
  const { promise, resolve, reject } = Promise.withResolvers<PublicDocument>()
  const sent = request(optionsFor(url, place, context, deadline))
  let secure = false

  function end(settle: () => void): void {
    settle()
    sent.destroy()
  }
  const fail = (kind: DocumentProblemKind, why: string) => end(() => reject(new DocumentProblem(kind, why)))
  const failBy = (error: NodeJS.ErrnoException) => end(() => reject(deadline.aborted ? late : problemOf(error, secure)))
  /** All that a server can send without end. */
  function failIfTooLong(bytes: number): boolean {
    const isLongBody = bytes > BODY_LIMIT
    const isTooLong = isLongBody || (sent.socket?.bytesRead ?? 0) > WIRE_LIMIT
    if (isTooLong)
      fail('too long', isLongBody ? `more than ${BODY_LIMIT} bytes` : `more than ${WIRE_LIMIT} bytes in all`)
    return isTooLong
  }

  sent.on('error', failBy)
  // Where nothing else says so.
  sent.on('close', () => failBy(new Error('the connection was closed')))
  sent.on('socket', (socket) =>
    socket.once('secureConnect', () => {
      secure = true
    }),
  )
  sent.on('information', () => failIfTooLong(0))
  sent.on('upgrade', (response, socket) => {
    socket.destroy()
    fail('status', `it answered ${response.statusCode}`)
  })
  sent.on('response', (response) => {
    response.on('error', failBy)
    const problem = headProblem(response)
    if (problem) return fail(...problem)
    const chunks: Buffer[] = []
    let bytes = 0
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (!failIfTooLong(bytes)) chunks.push(chunk)
    })
    response.on('end', () => {
      if (!response.complete) return fail('unreachable', 'its answer broke off')
      const { 'cache-control': cacheControl, age = '' } = response.headers
      const seconds = /^\d{1,9}$/.test(age) ? Number(age) : 0
      end(() => resolve({ bytes: Buffer.concat(chunks), cacheControl, age: seconds }))
    })
  })
  sent.end()
  return promise
}

function optionsFor(url: URL, { addresses, port }: Asking['place'], context: SecureContext, deadline: AbortSignal) {
  const checked = addresses.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }))
  const lookup: LookupFunction = (_name, { all }, answer) => {
    const [first] = checked
    if (all) answer(null, checked)
    else answer(first ? null : new Error('nowhere to go'), first?.address ?? '', first?.family)
  }
  return {
    ...{ host: url.hostname, port, path: url.pathname, servername: url.hostname, lookup },
    // No agent's connection, and no proxy of the environment's.
    ...{ agent: false, secureContext: context, rejectUnauthorized: true },
    ...{ maxHeaderSize: HEADERS_LIMIT, insecureHTTPParser: false, signal: deadline },
    headers: { Host: url.host, ...HEADERS },
  } satisfies RequestOptions
}

/** What is wrong with an answer before its body is. */
function headProblem({ statusCode, headersDistinct }: IncomingMessage): [DocumentProblemKind, string] | undefined {
  const status = statusCode ?? 0
  if (status !== 200) return [kindOfStatus(status), `it answered ${status}`]
  const { 'content-type': types = [], 'content-encoding': encodings = [], 'content-length': lengths } = headersDistinct
  if (encodings.some((encoding) => encoding.trim().toLowerCase() !== 'identity'))
    return ['compressed', `Content-Encoding: ${encodings.join(', ').slice(0, 100)}`]
  if (types.length !== 1 || !JSON_TYPE.test(types[0] ?? ''))
    return ['another type', `Content-Type: ${types.join(' and ').slice(0, 100) || 'none'}`]
  if (Number(lengths?.[0] ?? 0) > BODY_LIMIT) return ['too long', `more than ${BODY_LIMIT} bytes`]
  return undefined
}

function kindOfStatus(status: number): DocumentProblemKind {
  if (status >= 300 && status < 400) return 'redirect'
  return status === 404 || status === 410 ? 'gone' : 'status'
}

/** Characters of what OpenSSL says, which may repeat all names of a certificate: each is kept, and written, a while. */
const MESSAGE_LIMIT = 300

/** As the system says that nobody is there, or goes away. */
const NOBODY_THERE = /^E(?:CONN|HOST|NET|TIMEDOUT|PIPE|ADDR|ACCES|PERM)/

function problemOf({ code = '', message: whole }: NodeJS.ErrnoException, secure: boolean): DocumentProblem {
  const message = whole.slice(0, MESSAGE_LIMIT)
  if (code === 'HPE_HEADER_OVERFLOW')
    return new DocumentProblem('too long', `more than ${HEADERS_LIMIT} bytes of headers`)
  if (code.startsWith('HPE_')) return new DocumentProblem('garbled', `it answered what is not HTTP: ${message}`)
  if (secure || code === '' || NOBODY_THERE.test(code)) return new DocumentProblem('unreachable', message)
  return new DocumentProblem('certificate', message)
}
