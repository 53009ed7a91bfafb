import test from 'ava'
import { namesAddress, namesItem } from '../../../src/music-assistant/commands/names-address.ts'

const ADDRESSES = [
  'http://127.0.0.1/',
  'HTTPS://127.0.0.1/',
  ' http://127.0.0.1/',
  'ht\ttp://127.0.0.1/',
  'h\u200bttp://127.0.0.1/',
  'ｈｔｔｐ://127.0.0.1/',
  'http:\\\\127.0.0.1\\',
  'http:/127.0.0.1/',
  'http%3A%2F%2F127.0.0.1%2F',
  '%68ttp%253A%252F%252F127.0.0.1',
  'rtsp://camera.local/',
  'rtmps://127.0.0.1/',
  'file:///etc/passwd',
  'builtin://radio/http://127.0.0.1/',
  'library://track/1?x=https://127.0.0.1',
  'concat://a|b',
  '//127.0.0.1/share',
  '\\\\127.0.0.1\\share',
  'filesystem_local://track/../../etc/passwd',
  '..\\..\\x.mp3',
]

test('an address is one however it is spelt', (t) => {
  for (const text of ADDRESSES) {
    t.true(namesAddress(text), text)
    t.false(namesItem(text), text)
  }
})

test('a file is no item, and nothing that the builtin provider has an address for', (t) => {
  for (const text of ['/etc/passwd', '~/x.mp3', './x.mp3', '.hidden', 'music/x.mp3', 'builtin://track//etc/passwd'])
    t.false(namesItem(text), text)
  for (const text of ['builtin://radio/%2Fetc%2Fpasswd', 'BUILTIN--x://track/a:b']) t.false(namesItem(text), text)
})

test('what Music Assistant itself calls its items passes', (t) => {
  const items = [
    'library://track/1',
    'spotify--Ab12://album/4aawyAB9vmqN3uQ7FjRGTy',
    'filesystem_smb--x://track/The Band/Album No. 1/01 - Büro 100%.mp3',
    'bbc_news://radio/1',
    'builtin://playlist/all_favorite_tracks',
    'spotify:track:4aawyAB9vmqN3uQ7FjRGTy',
    'spotify://artists',
    '12',
    '',
  ]
  for (const text of items) {
    t.true(namesItem(text), text)
    t.false(namesAddress(text), text)
  }
  for (const words of ['AC/DC', 'data: live', 'Radio http', 'what about https?', 'N.E.R.D. / ...', 'http: the song'])
    t.false(namesAddress(words), words)
})

test('what takes the square of its length to be read, or a page for each letter, is not read at all', (t) => {
  const marks = 'é\u0316'.normalize('NFD') + '\u0301\u0316'.repeat(50_000)
  const letters = '\ufdfa'.repeat(200_000)
  for (const text of [marks, letters]) {
    t.true(namesAddress(text))
    t.false(namesItem(text))
  }
  // As people write: with two marks on a letter, and in the letters of other scripts.
  for (const name of ['Tiê\u0301ng Viê\u0323t', 'ﷺ نصري', '한글 / Ｆｕｌｌ ｗｉｄｔｈ'])
    t.false(namesAddress(name), name)
})
