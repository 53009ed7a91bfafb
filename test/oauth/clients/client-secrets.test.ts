import test from 'ava'
import { FOR_EVER, goodHashes, withEarlierUntil, withNewSecret } from '../../../src/oauth/clients/client-secrets.ts'

test('while a renewal is not finished both secrets are good without end', (t) => {
  const row = withNewSecret(undefined, 'h0', 'h1')
  t.deepEqual(row, { revision: 1, hash: 'h1', earlier: [{ hash: 'h0', until: FOR_EVER }] })
  for (const configured of ['h0', 'h1']) t.deepEqual(goodHashes(row, configured, 1e15), ['h1', 'h0'])
})

test('once it is finished the earlier one is good until its time is over', (t) => {
  const row = withEarlierUntil(withNewSecret(undefined, 'h0', 'h1'), 100)
  t.is(row.revision, 2)
  for (const configured of ['h0', 'h1']) {
    t.deepEqual(goodHashes(row, configured, 99), ['h1', 'h0'])
    t.deepEqual(goodHashes(row, configured, 100), ['h1'])
  }
})

test('a second renewal keeps what the first one promised, also to a gateway that knows neither of the two', (t) => {
  const first = withEarlierUntil(withNewSecret(undefined, 'h0', 'h1'), 100)
  for (const configured of ['h0', 'h1']) {
    const second = withEarlierUntil(withNewSecret(first, configured, 'h2'), 150)
    for (const started of ['h0', 'h1', 'h2']) {
      t.deepEqual(goodHashes(second, started, 99), ['h2', 'h1', 'h0'])
      t.deepEqual(goodHashes(second, started, 149), ['h2', 'h1'])
      t.deepEqual(goodHashes(second, started, 150), ['h2'])
    }
  }
})

test('a second renewal with a shorter time ends what the first one promised, too', (t) => {
  const first = withEarlierUntil(withNewSecret(undefined, 'h0', 'h1'), 100)
  const second = withEarlierUntil(withNewSecret(first, 'h1', 'h2'), 50)
  t.deepEqual(goodHashes(second, 'h0', 49), ['h2', 'h1', 'h0'])
  t.deepEqual(goodHashes(second, 'h0', 50), ['h2'])
})

test('a renewal that was cut short is made good by the next one', (t) => {
  const cut = withNewSecret(undefined, 'h0', 'h1')
  for (const configured of ['h0', 'h1']) {
    const row = withEarlierUntil(withNewSecret(cut, configured, 'h2'), 100)
    t.deepEqual(goodHashes(row, configured, 99), ['h2', 'h1', 'h0'])
    t.deepEqual(goodHashes(row, configured, 100), ['h2'])
  }
})

test('a secret that somebody has put into the configuration later is the only one, until it is renewed itself', (t) => {
  const first = withEarlierUntil(withNewSecret(undefined, 'h0', 'h1'), 100)
  t.deepEqual(goodHashes(first, 'own', 50), ['own'])
  const renewed = withEarlierUntil(withNewSecret(first, 'own', 'h2'), 150)
  for (const started of ['own', 'h2', 'h1', 'h0']) t.deepEqual(goodHashes(renewed, started, 50), ['h2', 'own'])
})

test('a row remembers 20 earlier secrets', (t) => {
  let row = withNewSecret(undefined, 'h0', 'h1')
  for (let i = 2; i <= 21; i++) row = withNewSecret(row, `h${i - 1}`, `h${i}`)
  t.is(row.earlier.length, 20)
  t.is(row.earlier.at(-1)?.hash, 'h1')
  t.is(row.earlier[0]?.hash, 'h20')
})

test('without a renewal it is what the configuration says', (t) => {
  t.deepEqual(goodHashes(undefined, 'h0', 0), ['h0'])
})
