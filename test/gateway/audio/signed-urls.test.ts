import { randomBytes } from 'node:crypto'
import test from 'ava'
import { openSignedUrls } from '../../../src/gateway/audio/signed-urls.ts'

const STREAM = '/flow/s/q/i/B%C3%BCro%20Echo.mp3'
const HOUR = 3_600_000

function open({ images = false } = {}) {
  let keys = [randomBytes(32)]
  let at = 1_700_000_000_000
  const sealer = { key: () => keys[0] as Buffer, earlierKeys: () => keys.slice(1) }
  const signed = openSignedUrls({ sealer, now: () => at, lifetimeMs: HOUR, images })
  return {
    sign: signed.sign,
    verify(url: string | undefined) {
      const [path = '', query] = (url ?? '').split(/(?=\?)/, 2)
      return signed.verify({ path, query: query === undefined ? '' : (url ?? '').slice(path.length) })
    },
    advance(milliseconds: number) {
      at += milliseconds
    },
    rotate() {
      keys = [randomBytes(32), ...keys]
    },
  }
}

test('what was signed is good, and is what goes on, byte for byte', (t) => {
  const { sign, verify } = open({ images: true })
  t.regex(sign(STREAM) ?? '', /^\/flow\/s\/q\/i\/B%C3%BCro%20Echo\.mp3\?until=\d+&signature=[\w-]{43}$/)
  t.deepEqual(verify(sign(STREAM)), { path: STREAM, query: '' })
  t.deepEqual(verify(sign('/imageproxy?path=a.jpg&size=5')), { path: '/imageproxy', query: '?path=a.jpg&size=5' })
})

test('what is never published is never signed', (t) => {
  const { sign } = open()
  for (const target of ['/command/q/next.mp3', '/announcement/p.mp3', '/imageproxy?path=a.jpg', '/flow/../command/q'])
    t.is(sign(target), undefined, target)
})

test('a URL is good until its end, and for no longer', (t) => {
  const { sign, verify, advance } = open()
  const url = sign(STREAM) ?? ''
  const until = Number(/until=(\d+)/.exec(url)?.[1]) * 1000
  const left = until - 1_700_000_000_000
  t.true(left >= HOUR && left < HOUR + 600_000)
  advance(left - 1)
  t.deepEqual(verify(url), { path: STREAM, query: '' })
  advance(1)
  t.regex(String(verify(url)), /^it ended at/)
})

test('the same stream keeps its URL for a while, so that a player knows it again', (t) => {
  const { sign, advance } = open()
  const first = sign(STREAM)
  advance(1000)
  t.is(sign(STREAM), first)
  advance(600_000)
  t.not(sign(STREAM), first)
})

test('a URL is good after the key was rotated, and not under a key of another house', (t) => {
  const { sign, verify, rotate } = open()
  const url = sign(STREAM)
  rotate()
  t.deepEqual(verify(url), { path: STREAM, query: '' })
  t.not(sign(STREAM), url)
  t.is(open().verify(url), 'its signature is another one')
})

test('no letter of a URL can be changed', (t) => {
  const { sign, verify } = open()
  const url = sign(STREAM) ?? ''
  for (let i = 0; i < url.length; i++) {
    for (const letter of ['A', 'B', '0', '%', '/', '?', '&']) {
      if (url[i] === letter) continue
      const changed = url.slice(0, i) + letter + url.slice(i + 1)
      const verdict = verify(changed)
      // The last of 43 characters has two bits that mean nothing: but another text is another signature.
      t.is(typeof verdict, 'string', changed)
    }
  }
})

test('a signature is for its path and its end alone', (t) => {
  const { sign, verify, advance } = open()
  const [, query = ''] = (sign(STREAM) ?? '').split('?')
  for (const path of [
    '/single/s/q/i/p.mp3',
    '/flow/s/q/i/other.mp3',
    STREAM.toLowerCase(),
    STREAM.replace('%C3', '%c3'),
  ])
    t.is(verify(`${path}?${query}`), 'its signature is another one')
  t.is(verify(`/command/q/next.mp3?${query}`), 'it is nothing that is published')
  t.is(verify(`${STREAM}?x=y&${query}`), 'it is nothing that is published')
  advance(600_000)
  const [, later = ''] = /until=(\d+)/.exec(sign(STREAM) ?? '') ?? []
  t.is(verify(`${STREAM}?${query.replace(/until=\d+/, `until=${later}`)}`), 'its signature is another one')
})

test('what a player puts behind a URL does no harm, and does not go on', (t) => {
  const { sign, verify } = open()
  for (const more of ['&x=y', '?x=y', '&until=9&signature=z', '&', '?'])
    t.deepEqual(verify(sign(STREAM) + more), { path: STREAM, query: '' }, more)
  for (const more of ['.mp3', '/x', '=', '%20']) t.is(verify(sign(STREAM) + more), 'it is not signed', more)
})

test('a signature in the path signs nothing, for the whole path would go on', (t) => {
  const { sign, verify } = open()
  const inPath = (sign(STREAM) ?? '').replace('?', '&')
  for (const url of [inPath, `${inPath}&x=y`, `${inPath}&/other/player.mp3`, `${inPath}?x=y`])
    t.is(verify(url), 'it is not signed', url)
})

test('what has no signature is not signed', (t) => {
  const { verify } = open()
  for (const query of [
    '',
    '?',
    '?until=1',
    '?signature=x',
    `?signature=${'x'.repeat(43)}`,
    `?until=&signature=${'x'.repeat(43)}`,
  ])
    t.is(verify(STREAM + query), 'it is not signed', query)
})
