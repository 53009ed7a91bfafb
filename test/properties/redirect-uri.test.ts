import test from 'ava'
import fc from 'fast-check'
import { checkRedirectUri } from '../../src/oauth/checks/check-redirect-uri.ts'
import { Parameters } from '../../src/oauth/checks/parameters.ts'
import type { RegisteredClient } from '../../src/oauth/clients/clients.ts'
import { CLIENT, PUBLIC_CLIENT } from '../support/grants.ts'
import { seedOf } from '../support/property.ts'

const HTTPS = [
  'https://alexa.example/api/skill/link/MKX',
  'https://a.example:8443/cb?x=1&y=2',
  'com.example.app:/callback',
]
const LOOPBACK = ['http://127.0.0.1/callback', 'http://[::1]/', 'http://localhost/cb?app=1', 'http://127.0.0.1:8080/x']

const confidential: RegisteredClient = { ...CLIENT, redirect_uris: [...HTTPS, ...LOOPBACK] }
const native: RegisteredClient = { ...PUBLIC_CLIENT, redirect_uris: [...HTTPS, ...LOOPBACK] }

function accepts(client: RegisteredClient, uri: string): boolean {
  try {
    return checkRedirectUri(client, new Parameters(`redirect_uri=${encodeURIComponent(uri)}`)) === uri
  } catch {
    return false
  }
}

/** Puts something in, takes something out, or changes something, at a place; or adds what browsers read leniently. */
const mutated = (uris: string[]) =>
  fc
    .record({
      uri: fc.constantFrom(...uris),
      at: fc.nat(60),
      remove: fc.nat(3),
      insert: fc.oneof(
        fc.string({ unit: 'binary-ascii', maxLength: 3 }),
        fc.constantFrom(
          '%2e',
          '%2F',
          '/../',
          '//',
          '\\',
          '@',
          '@evil.example',
          '.evil.example',
          ':443',
          ':0',
          '#',
          '?',
          '&',
        ),
        fc.constantFrom(
          '\t',
          '\n',
          ' ',
          '%00',
          'é',
          'HTTPS',
          'evil',
          '/',
          '.',
          ':',
          '*',
          '[',
          ']',
          ';',
          ':8443',
          ':1x',
        ),
      ),
      upper: fc.boolean(),
    })
    .map(({ uri, at, remove, insert, upper }) => {
      const place = at % (uri.length + 1)
      const changed = uri.slice(0, place) + insert + uri.slice(place + remove)
      return upper ? changed.toUpperCase() : changed
    })

test('each registered redirect URI is accepted as it is', (t) => {
  for (const client of [confidential, native]) for (const uri of client.redirect_uris) t.true(accepts(client, uri), uri)
})

test('no mutation of a registered redirect URI is ever accepted', (t) => {
  const property = fc.property(mutated([...HTTPS, ...LOOPBACK]), (uri) => {
    fc.pre(!confidential.redirect_uris.includes(uri))
    return !accepts(confidential, uri)
  })
  t.notThrows(() => fc.assert(property, { numRuns: 20_000, seed: seedOf(t) }))
})

test('a public client gets no more than another port of a loopback address', (t) => {
  const portless = (uri: string) =>
    uri.replace(/^(http:\/\/(?:127\.0\.0\.1|\[::1\]|localhost)):[1-9]\d{0,4}(?=[/?]|$)/, '$1')
  const allowed = new Set(LOOPBACK.map(portless))
  const property = fc.property(mutated([...HTTPS, ...LOOPBACK]), (uri) => {
    fc.pre(!native.redirect_uris.includes(uri))
    return !accepts(native, uri) || (uri.startsWith('http://') && allowed.has(portless(uri)))
  })
  t.notThrows(() => fc.assert(property, { numRuns: 20_000, seed: seedOf(t) }))
})

test('every port that there is does for a loopback address of a public client, and for nobody else', (t) => {
  const property = fc.property(fc.integer({ min: 1, max: 65_535 }), fc.constantFrom(...LOOPBACK), (port, uri) => {
    const other = uri.replace(/^(http:\/\/(?:[^/:[]+|\[::1\]))(?::\d+)?/, `$1:${port}`)
    fc.pre(!confidential.redirect_uris.includes(other))
    return accepts(native, other) && !accepts(confidential, other)
  })
  t.notThrows(() => fc.assert(property, { numRuns: 2000, seed: seedOf(t) }))
})
