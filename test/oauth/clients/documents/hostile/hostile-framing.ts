import { gzipSync } from 'node:zlib'
import { onRequest } from '../../../../support/document-server.ts'
import {
  document,
  dribble,
  endless,
  framed,
  HONEST,
  type HostileCase,
  JSON_HEAD,
  raw,
  SHORT_MS,
  text,
  typed,
} from './hostile-case.ts'

/** Servers that are slow, endless, or somebody else; and answers that are no HTTP, or nothing to read. */
export const HOSTILE_FRAMING: Record<string, HostileCase> = {
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
}
