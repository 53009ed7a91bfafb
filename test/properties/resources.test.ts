import test from 'ava'
import fc from 'fast-check'
import { isClearTarget } from '../../src/gateway/refuse-ambiguous.ts'
import { asUpstreamsRead } from '../../src/gateway/routes/match-route.ts'
import { noteExchange } from '../support/exchange.ts'
import { seedOf } from '../support/property.ts'
import { HOME, knownResources } from '../support/server.ts'

const resources = knownResources(['/a', '/a/b/*', '/a/b/a/*', '/~/*'])

/** Pieces of paths that servers read in more ways than one. */
const piece = fc.constantFrom(
  ...[
    'a',
    'b',
    'A',
    '%61',
    '%62',
    '%41',
    '~',
    '%7e',
    '%7E',
    '/',
    '//',
    '/.',
    '/..',
    '.',
    ';',
    '%3b',
    '%3B',
    '%2f',
    '%5c',
    '\\',
  ],
  ...[
    '%',
    '%2',
    '%25',
    '%2561',
    '%00',
    '%0a',
    '%20',
    '+',
    '"',
    '%22',
    '{',
    '%7b',
    '|',
    '<',
    '%C3%A9',
    '%c3%a9',
    '?',
    '#',
    '@',
    ':',
    '*',
    '%2a',
  ],
)
const path = fc.array(piece, { maxLength: 7 }).map((pieces) => `/a/b${pieces.join('')}`)
const start = fc.constantFrom(HOME, 'HTTPS://Home.Example:443', 'https://home.example:8443', 'https://evil.example')

const asked = (target: string) => noteExchange({ target }).exchange

/** The same path with some of its characters encoded, or no longer. */
function respell(written: string, flips: boolean[]): string {
  let turn = 0
  return written.replace(/%[2-7][0-9a-f]|[a-z~]/gi, (one) => {
    if (!flips[turn++ % flips.length]) return one
    return one.length === 1 ? `%${one.charCodeAt(0).toString(16)}` : asUpstreamsRead(one)
  })
}

/** At it or below, segment by segment, as an upstream reads both. */
function isWithin(outer: string, inner: string): boolean {
  const [around, within] = [outer, inner].map((one) =>
    asUpstreamsRead(one)
      .replace(/%[0-9a-f]{2}/gi, (hex) => hex.toUpperCase())
      .replace(/\/$/, ''),
  )
  return within === around || within!.startsWith(`${around}/`)
}

/** The path of the route that a path goes to, as an upstream reads it. */
function routeOf(path: string): string | undefined {
  return ['/a/b/a/', '/a/b/'].find((below) => asUpstreamsRead(path).startsWith(below))
}

test('whatever a token was asked for, it is good for that, what is below it and its route, as an upstream reads paths, and for nothing else', (t) => {
  fc.assert(
    fc.property(
      start,
      path,
      path,
      fc.array(fc.boolean(), { minLength: 1 }),
      piece,
      (origin, of, other, flips, more) => {
        const at = other.length > 8 ? other : `${respell(of, flips)}${more}`
        const named = resources.find(`${origin}${of}`)
        if (named === undefined) return
        t.true(isClearTarget(of) && !/[?#]/.test(of), of)
        t.is(named, `${HOME}${named.slice(HOME.length)}`)
        t.is(resources.find(named), named, 'it has one spelling')
        t.true(resources.covers([named], asked(of)), of)
        if (!isClearTarget(at)) return
        const [plain = ''] = at.split('?', 1)
        const isSameRoute = routeOf(plain) !== undefined && routeOf(plain) === routeOf(`${named.slice(HOME.length)}/`)
        t.is(resources.covers([named], asked(at)), isWithin(of, plain) || isSameRoute, `${of} ${at}`)
      },
    ),
    { seed: seedOf(t), numRuns: 20_000 },
  )
})

test('whatever path is asked for, its 401 names a document that says that very path, which nothing breaks out of', (t) => {
  fc.assert(
    fc.property(path, (other) => {
      const target = other.replace('/a/b', '/a/b/')
      if (!isClearTarget(target)) return
      const url = resources.metadataOf(asked(target))
      t.regex(url, /^[!#-;=?-[\]_a-z~]+$/)
      const [, inserted = ''] = url.split('/.well-known/oauth-protected-resource')
      const found = resources.at(undefined, inserted)
      t.is(found?.resource, `${HOME}${inserted}`)
      t.true(isWithin(inserted, target.split('?', 1)[0]!.replace(/["<>^`{|}]/g, encodeURIComponent)))
    }),
    { seed: seedOf(t), numRuns: 5000 },
  )
})
