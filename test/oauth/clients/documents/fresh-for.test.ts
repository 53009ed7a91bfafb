import test from 'ava'
import { freshFor } from '../../../../src/oauth/clients/documents/fresh-for.ts'

const MINUTE_MS = 60_000

test('a document is believed as long as its server says, a minute at least and an hour at the most', (t) => {
  const told: [string | undefined, number][] = [
    ['max-age=600', 10],
    ['public, max-age=600', 10],
    ['max-age="600"', 10],
    ['MAX-AGE=600', 10],
    ['max-age=600, max-age=300', 5],
    ['max-age=3600', 60],
    ['max-age=3601', 60],
    ['max-age=31536000, immutable', 60],
    ['max-age=60', 1],
    ['max-age=59', 1],
    ['max-age=0', 1],
    ['no-store', 1],
    ['max-age=600, no-cache', 1],
    ['private, no-cache="x", max-age=600', 1],
  ]
  for (const [header, minutes] of told) t.is(freshFor(header, 0), minutes * MINUTE_MS, header)
})

test('a server that says nothing that can be understood is believed for five minutes', (t) => {
  for (const header of [
    undefined,
    '',
    'public',
    's-maxage=10',
    'max-age=-1',
    'max-age=1e3',
    'x-max-age=900',
    'max-age',
  ])
    t.is(freshFor(header, 0), 5 * MINUTE_MS, header)
})

test('what is old already is believed for less', (t) => {
  t.is(freshFor('max-age=600', 300), 5 * MINUTE_MS)
  t.is(freshFor('max-age=600', 600), MINUTE_MS)
  t.is(freshFor('max-age=7200', 3600), 60 * MINUTE_MS)
})
