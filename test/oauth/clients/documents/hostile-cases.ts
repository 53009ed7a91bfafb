import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import type { Reason } from '../../../../src/oauth/reasons.ts'
import { CLIENT_HOST, onRequest, type ServerIdentity } from '../../../support/document-server.ts'

export const ID = `https://${CLIENT_HOST}/oauth/client.json`

export const HONEST = {
  client_id: ID,
  client_name: 'An app',
  redirect_uris: [`https://${CLIENT_HOST}/back`, 'http://127.0.0.1/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
}

export interface HostileCase {
  reason: Reason
  /** What the audit has of it. */
  detail: RegExp
  /** What a connection gets once TLS is there. */
  serve?: (socket: Socket) => void
  /** In its place what one gets without TLS. */
  serveBare?: (socket: Socket) => void
  identity?: ServerIdentity
  /** What the DNS says in place of a public address; `fails`: that it can't say. */
  dns?: { A?: string[]; AAAA?: string[] } | 'nothing' | 'fails' | 'silent'
  /** Whoever never ends is cut off then. */
  timeoutMs?: number
}

const SHORT_MS = 150
const JSON_HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n'

function framed(body: Buffer | string, headers = 'Content-Type: application/json\r\n', status = '200 OK'): Buffer {
  const bytes = Buffer.from(body)
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status}\r\n${headers}Content-Length: ${bytes.length}\r\n\r\n`), bytes])
}

/** Answers with these bytes, and says goodbye. */
const raw = (bytes: Buffer | string) => (socket: Socket) => onRequest(socket, () => socket.end(bytes))
const text = (body: Buffer | string) => raw(framed(body))
const document = (change: object) => text(JSON.stringify({ ...HONEST, ...change }))
const status = (line: string, headers = '') => raw(framed('{}', `Content-Type: application/json\r\n${headers}`, line))
const typed = (headers: string) => raw(framed(JSON.stringify(HONEST), headers))

/** Begins like this, and then says the same again and again, for as long as anybody takes it. */
const endless = (beginning: string, again: string) => (socket: Socket) =>
  onRequest(socket, () => {
    socket.write(beginning)
    const piece = again.repeat(Math.ceil(4096 / again.length))
    const more = () => {
      while (!socket.destroyed && socket.write(piece)) {}
    }
    socket.on('drain', more)
    more()
  })

/** Byte after byte, as slowly as to take for ever. */
const dribble = (bytes: string) => (socket: Socket) =>
  onRequest(socket, () => {
    let at = 0
    const timer = setInterval(() => socket.write(bytes[at++ % bytes.length] ?? ''), 10)
    socket.once('close', () => clearInterval(timer))
  })

const notPublic = (dns: { A?: string[]; AAAA?: string[] }, detail: RegExp): HostileCase => ({
  reason: 'document-not-public',
  detail,
  dns,
})

const elsewhere = (uri: string): HostileCase => ({
  reason: 'document-sends-elsewhere',
  detail: /among redirect_uris/,
  serve: document({ redirect_uris: [`https://${CLIENT_HOST}/back`, uri] }),
})

export const HOSTILE: Record<string, HostileCase> = {
  // Where the name leads
  'loopback by name': notPublic({ A: ['127.0.0.1'] }, /leads to 127\.0\.0\.1, which is loopback/),
  'a home network by name': notPublic({ A: ['192.168.178.1'] }, /which is private/),
  'another home network by name': notPublic({ A: ['10.0.0.138'] }, /which is private/),
  'the metadata of a cloud by name': notPublic({ A: ['169.254.169.254'] }, /which is link-local/),
  "a provider's network by name": notPublic({ A: ['100.64.1.1'] }, /which is carrier/),
  'no address by name, which some systems take for loopback': notPublic({ A: ['0.0.0.0'] }, /which is reserved/),
  'one private address among public ones': notPublic({ A: ['93.184.215.14', '10.0.0.1'] }, /leads to 10\.0\.0\.1/),
  'a private address of the other family': notPublic({ A: ['93.184.215.14'], AAAA: ['fd00::1'] }, /which is private/),
  'loopback of IPv6': notPublic({ AAAA: ['::1'] }, /which is loopback/),
  'a link-local address of IPv6': notPublic({ AAAA: ['fe80::1'] }, /which is link-local/),
  'loopback written as IPv6': notPublic({ AAAA: ['::ffff:7f00:1'] }, /which is loopback/),
  'a home network written as IPv6': notPublic({ AAAA: ['::ffff:c0a8:101'] }, /which is private/),
  'loopback as a compatible address': notPublic({ AAAA: ['::7f00:1'] }, /which is loopback/),
  'a home network behind NAT64': notPublic({ AAAA: ['64:ff9b::c0a8:101'] }, /which is private/),
  'loopback behind 6to4': notPublic({ AAAA: ['2002:7f00:1::1'] }, /which is loopback/),
  'a home network behind Teredo': notPublic({ AAAA: ['2001:0:4136:e378:8000:63bf:3f57:fefe'] }, /which is private/),
  'a name that is not there': { reason: 'document-without-address', detail: /ENOTFOUND/, dns: 'nothing' },
  'name servers that fail': { reason: 'document-without-address', detail: /ESERVFAIL/, dns: 'fails' },
  'a name without addresses': { reason: 'document-without-address', detail: /has no address/, dns: {} },
  'name servers that say nothing': {
    ...{ reason: 'document-too-slow', detail: /no whole answer within 0\.15 s/ },
    ...{ dns: 'silent', timeoutMs: SHORT_MS },
  },

  // Another place
  'a redirect to loopback': {
    reason: 'document-redirected',
    detail: /it answered 302/,
    serve: status('302 Found', 'Location: http://127.0.0.1/\r\n'),
  },
  'a redirect to the same host': {
    reason: 'document-redirected',
    detail: /it answered 301/,
    serve: status('301 Moved', `Location: ${ID}\r\n`),
  },
  'a redirect that keeps the method': {
    reason: 'document-redirected',
    detail: /it answered 308/,
    serve: status('308 Permanent Redirect', 'Location: https://192.168.178.1/\r\n'),
  },
  'a refresh in place of a redirect': {
    reason: 'document-of-another',
    detail: /has the client_id of type undefined/,
    serve: raw(framed('{}', 'Refresh: 0; url=http://127.0.0.1/\r\nContent-Type: application/json\r\n')),
  },

  // Other statuses
  'nothing there': { reason: 'document-gone', detail: /it answered 404/, serve: status('404 Not Found') },
  'gone for good': { reason: 'document-gone', detail: /it answered 410/, serve: status('410 Gone') },
  'a fault of the server': { reason: 'document-refused', detail: /it answered 503/, serve: status('503 Busy') },
  'a page for robots': { reason: 'document-refused', detail: /it answered 403/, serve: status('403 Forbidden') },
  'part of a document': { reason: 'document-refused', detail: /it answered 206/, serve: status('206 Partial Content') },
  'no content': { reason: 'document-refused', detail: /it answered 204/, serve: raw('HTTP/1.1 204 None\r\n\r\n') },
  'another protocol': {
    reason: 'document-refused',
    detail: /it answered 101/,
    serve: raw('HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n'),
  },

  // Slow
  'silence before TLS': {
    ...{ reason: 'document-too-slow', detail: /no whole answer/, timeoutMs: SHORT_MS },
    serveBare: () => {},
  },
  'silence after TLS': {
    ...{ reason: 'document-too-slow', detail: /no whole answer/, timeoutMs: SHORT_MS },
    serve: () => {},
  },
  'silence after the head': {
    ...{ reason: 'document-too-slow', detail: /no whole answer/, timeoutMs: SHORT_MS },
    serve: (socket) => onRequest(socket, () => socket.write(`${JSON_HEAD}Content-Length: 10\r\n\r\n`)),
  },
  'a head that dribbles': {
    ...{ reason: 'document-too-slow', detail: /no whole answer/, timeoutMs: SHORT_MS },
    serve: dribble(`${JSON_HEAD}X-More: ${'x'.repeat(4096)}`),
  },
  'a body that dribbles': {
    ...{ reason: 'document-too-slow', detail: /no whole answer/, timeoutMs: SHORT_MS },
    serve: (socket) => {
      onRequest(socket, () => socket.write(`${JSON_HEAD}Content-Length: 4096\r\n\r\n`))
      dribble(' ')(socket)
    },
  },
  'answers that are none yet, now and then': {
    ...{ reason: 'document-too-slow', detail: /no whole answer/, timeoutMs: SHORT_MS },
    serve: dribble('HTTP/1.1 103 Early Hints\r\n\r\n'),
  },

  // Endless
  'a body without end': {
    reason: 'document-too-long',
    detail: /more than 5120 bytes/,
    serve: endless(`${JSON_HEAD}\r\n`, ' '),
  },
  'chunks without end': {
    reason: 'document-too-long',
    detail: /more than 5120 bytes/,
    serve: endless(`${JSON_HEAD}Transfer-Encoding: chunked\r\n\r\n`, '1\r\n \r\n'),
  },
  'chunks that are nearly all extensions': {
    reason: 'document-too-long',
    detail: /more than 65536 bytes in all/,
    serve: endless(`${JSON_HEAD}Transfer-Encoding: chunked\r\n\r\n`, `1;x=${'x'.repeat(4000)}\r\n \r\n`),
  },
  'a long document that says so': {
    reason: 'document-too-long',
    detail: /more than 5120 bytes/,
    serve: (socket) => onRequest(socket, () => socket.write(`${JSON_HEAD}Content-Length: 5121\r\n\r\n`)),
  },
  'headers without end': {
    reason: 'document-too-long',
    detail: /more than 16384 bytes of headers/,
    serve: endless(JSON_HEAD, 'X-More: and more\r\n'),
  },
  'one header without end': {
    reason: 'document-too-long',
    detail: /more than 16384 bytes of headers/,
    serve: endless(`${JSON_HEAD}X-More: `, 'x'),
  },
  'hints without end': {
    reason: 'document-too-long',
    detail: /more than 65536 bytes in all/,
    serve: endless('', 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n'),
  },
  'encouragement without end': {
    reason: 'document-too-long',
    detail: /more than 65536 bytes in all/,
    serve: endless('', 'HTTP/1.1 100 Continue\r\n\r\n'),
  },
  'trailers without end': {
    reason: 'document-too-long',
    detail: /more than 16384 bytes of headers/,
    serve: endless(`${JSON_HEAD}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n`, 'X-More: and more\r\n'),
  },

  // Compressed
  'a bomb': {
    reason: 'document-compressed',
    detail: /Content-Encoding: gzip/,
    serve: raw(
      framed(gzipSync(Buffer.alloc(2_000_000)), 'Content-Type: application/json\r\nContent-Encoding: gzip\r\n'),
    ),
  },
  'a bomb that nobody is told of': {
    reason: 'document-not-json',
    detail: /not UTF-8/,
    serve: text(gzipSync(JSON.stringify(HONEST))),
  },
  'an encoding under another': {
    reason: 'document-compressed',
    detail: /Content-Encoding: identity, br/,
    serve: typed('Content-Type: application/json\r\nContent-Encoding: identity, br\r\n'),
  },

  // Another type
  'a page': {
    reason: 'document-of-another-type',
    detail: /Content-Type: text\/html/,
    serve: typed('Content-Type: text/html\r\n'),
  },
  'a script': {
    reason: 'document-of-another-type',
    detail: /Content-Type: application\/json-p/,
    serve: typed('Content-Type: application/json-p\r\n'),
  },
  'no type': { reason: 'document-of-another-type', detail: /Content-Type: none/, serve: typed('') },
  'two types': {
    reason: 'document-of-another-type',
    detail: /application\/json and text\/html/,
    serve: typed('Content-Type: application/json\r\nContent-Type: text/html\r\n'),
  },

  // Who it is
  'a certificate for another name': {
    ...{ reason: 'document-certificate', detail: /does not match/, serve: document({}) },
    identity: { names: ['evil.example'] },
  },
  'a certificate that has expired': {
    ...{ reason: 'document-certificate', detail: /expired/, serve: document({}) },
    identity: { days: [-30, -1] },
  },
  'a certificate of tomorrow': {
    ...{ reason: 'document-certificate', detail: /not yet valid/, serve: document({}) },
    identity: { days: [1, 30] },
  },
  'a certificate of nobody': {
    ...{ reason: 'document-certificate', detail: /self-signed/, serve: document({}) },
    identity: { selfSigned: true },
  },
  'no TLS at all': {
    reason: 'document-certificate',
    detail: /wrong version number|packet length/i,
    serveBare: (socket) => socket.end(framed(JSON.stringify(HONEST))),
  },
  'goodbye to the ClientHello': {
    reason: 'document-unreachable',
    detail: /disconnected|reset|hang up/i,
    serveBare: (socket) => socket.once('data', () => socket.destroy()),
  },

  // What it is framed by
  'the end amid the head': {
    ...{ reason: 'document-unreachable', detail: /hang up|reset|closed|aborted/i },
    serve: raw('HTTP/1.1 200 OK\r\nContent-Ty'),
  },
  'the end amid the body': {
    reason: 'document-unreachable',
    detail: /aborted|reset|broke off|closed/i,
    serve: raw(`${JSON_HEAD}Content-Length: 500\r\n\r\n{"client_id":`),
  },
  'the end amid the chunks': {
    reason: 'document-unreachable',
    detail: /aborted|reset|broke off|closed/i,
    serve: raw(`${JSON_HEAD}Transfer-Encoding: chunked\r\n\r\n5\r\n{"cli`),
  },
  'a length that is too small': {
    reason: 'document-garbled',
    detail: /not HTTP/,
    serve: raw(`${JSON_HEAD}Content-Length: 20\r\n\r\n${JSON.stringify(HONEST)}`),
  },
  'a length and chunks': {
    reason: 'document-garbled',
    detail: /not HTTP/,
    serve: raw(`${JSON_HEAD}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`),
  },
  'two lengths': {
    reason: 'document-garbled',
    detail: /not HTTP/,
    serve: raw(`${JSON_HEAD}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`),
  },
  'chunks of no size': {
    reason: 'document-garbled',
    detail: /not HTTP/,
    serve: raw(`${JSON_HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`),
  },
  'HTTP/0.9': { reason: 'document-garbled', detail: /not HTTP/, serve: raw(JSON.stringify(HONEST)) },
  'HTTP of a version that is not there': {
    reason: 'document-garbled',
    detail: /not HTTP/,
    serve: raw(framed('{}').toString().replace('HTTP/1.1', 'HTTP/7.3')),
  },
  'a header with a NUL': {
    reason: 'document-garbled',
    detail: /not HTTP/,
    serve: raw(`${JSON_HEAD}X-Odd: a\0b\r\n\r\n{}`),
  },

  // What it says
  'an empty body': { reason: 'document-not-json', detail: /not JSON/, serve: text('') },
  'a byte order mark': {
    ...{ reason: 'document-not-json', detail: /not JSON/ },
    serve: text(`\ufeff${JSON.stringify(HONEST)}`),
  },
  'UTF-16': {
    ...{ reason: 'document-not-json', detail: /not UTF-8|not JSON/ },
    serve: text(Buffer.from(JSON.stringify(HONEST), 'utf16le')),
  },
  'bytes that are no UTF-8': {
    reason: 'document-not-json',
    detail: /not UTF-8/,
    serve: text(Buffer.from(JSON.stringify({ ...HONEST, client_name: 'caf\u00e9' }), 'latin1')),
  },
  'a list': { reason: 'document-not-json', detail: /no object/, serve: text(JSON.stringify([HONEST])) },
  null: { reason: 'document-not-json', detail: /no object/, serve: text('null') },
  'a text': { reason: 'document-not-json', detail: /no object/, serve: text('"client"') },
  'deep nesting': {
    ...{ reason: 'document-not-json', detail: /nested too deeply/ },
    serve: text(`{"x":${'['.repeat(2000)}${']'.repeat(2000)}}`),
  },
  'more values than anybody has': {
    ...{ reason: 'document-not-json', detail: /too many values/ },
    serve: document({ contacts: Array(1000).fill(1) }),
  },
  'a key twice': {
    reason: 'document-not-json',
    detail: /a key twice/,
    serve: text(JSON.stringify(HONEST).replace('{', `{"client_id":${JSON.stringify(ID)},`)),
  },
  'the client_id of another': {
    ...{ reason: 'document-of-another', detail: /has the client_id "https:\/\/evil/ },
    serve: document({ client_id: 'https://evil.example/oauth/client.json' }),
  },
  'its client_id spelled otherwise': {
    ...{ reason: 'document-of-another', detail: /:443/ },
    serve: document({ client_id: ID.replace('.example', '.example:443') }),
  },
  'a secret': { reason: 'document-with-secret', detail: /client_secret/, serve: document({ client_secret: 's' }) },
  'a secret that is hinted at': {
    reason: 'document-with-secret',
    detail: /client_secret/,
    serve: document({ client_secret_expires_at: 0 }),
  },
  'a secret to prove itself by': {
    reason: 'document-with-secret',
    detail: /client_secret_post/,
    serve: document({ token_endpoint_auth_method: 'client_secret_post' }),
  },
  'a key to prove itself by': {
    reason: 'document-wants-proof',
    detail: /private_key_jwt/,
    serve: document({ token_endpoint_auth_method: 'private_key_jwt' }),
  },
  'redirect URIs elsewhere': elsewhere('https://evil.example/'),
  'redirect URIs at a name that only begins alike': elsewhere(`https://${CLIENT_HOST}.evil.example/`),
  'redirect URIs at a name that only ends alike': elsewhere(`https://evil-${CLIENT_HOST}/`),
  'redirect URIs above the client': elsewhere('https://example/'),
  'redirect URIs in the house': elsewhere('https://192.168.178.1/'),
  'a redirect URI that is a script': {
    reason: 'redirect-uri-of-another-form',
    detail: /javascript/,
    serve: document({ redirect_uris: ['javascript:alert(1)'] }),
  },
  'a redirect URI without TLS': {
    reason: 'redirect-uri-of-another-form',
    detail: /http:\/\/client/,
    serve: document({ redirect_uris: [`http://${CLIENT_HOST}/back`] }),
  },
  'no redirect URI': {
    reason: 'redirect-uris-not-a-list',
    detail: /redirect_uris have to be/,
    serve: document({ redirect_uris: [] }),
  },
  'a name that turns the line around': {
    ...{ reason: 'client-name-not-possible', detail: /client_name/ },
    serve: document({ client_name: 'An \u202eppa' }),
  },
}
