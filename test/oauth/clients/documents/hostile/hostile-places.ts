import { framed, type HostileCase, ID, raw, SHORT_MS, status } from './hostile-case.ts'

const notPublic = (dns: { A?: string[]; AAAA?: string[] }, detail: RegExp): HostileCase => ({
  reason: 'document-not-public',
  detail,
  dns,
})

/** Names that lead to where nobody may ask, and servers that say that it is elsewhere. */
export const HOSTILE_PLACES: Record<string, HostileCase> = {
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
}
