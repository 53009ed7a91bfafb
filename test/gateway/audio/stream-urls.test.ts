import test from 'ava'
import { openStreamUrls } from '../../../src/gateway/audio/stream-urls.ts'

const LAN = 'http://192.168.1.5:8097'
const HOME = 'https://home.example'

const { publishUrl, publishStreamUrls } = openStreamUrls({
  signed: { sign: (target) => (target.startsWith('/flow/') ? `${target}?signed` : undefined), verify: () => '' },
  origins: ['http://127.0.0.1:8097', LAN],
  publicUrl: HOME,
})
const publish = (value: unknown) => JSON.parse(publishStreamUrls(JSON.stringify(value)))

test('URLs of streams become public ones, wherever they stand in JSON', (t) => {
  t.deepEqual(
    publish({ a: [{ url: `${LAN}/flow/s/q/i/B%C3%BCro.mp3` }, `x ${LAN}/flow/a and ${LAN}/flow/b`], n: 1.5 }),
    {
      a: [{ url: `${HOME}/flow/s/q/i/B%C3%BCro.mp3?signed` }, `x ${HOME}/flow/a?signed and ${HOME}/flow/b?signed`],
      n: 1.5,
    },
  )
  t.deepEqual(publish(`<audio src="${LAN}/flow/a.mp3"/>`), `<audio src="${HOME}/flow/a.mp3?signed"/>`)
  t.deepEqual(publish({ [`${LAN}/flow/a`]: 1 }), { [`${HOME}/flow/a?signed`]: 1 })
})

test('a URL is found however a program has written it in JSON', (t) => {
  const text = `"${LAN.replaceAll('/', '\\/')}\\/flow\\/B\\u00fcro"`
  t.is(publishStreamUrls(text), `"${HOME}/flow/B%C3%BCro?signed"`)
  t.is(publishStreamUrls(`"${LAN}/flow/B".u`.replaceAll('/', '\\u002f')), `"${HOME}/flow/B?signed".u`)
  t.is(publishStreamUrls(`"${LAN}/flow/Büro\\"x"`), `"${HOME}/flow/B%C3%BCro?signed\\"x"`)
})

test('what ends a URL ends it also where a program has escaped it', (t) => {
  for (const end of ['\\u0022', '\\u003E', '\\u003c', '\\u0020', '\\u000a'])
    t.is(publishStreamUrls(`"${LAN}/flow/a${end}b"`), `"${HOME}/flow/a?signed${end}b"`, end)
})

test('a text that is no good JSON, or no good Unicode, does no harm', (t) => {
  for (const text of [`"${LAN}/flow/\\ud83d"`, `${LAN}/flow/a\u0001b`, `"${LAN}/flow/\\u12"`, `"${LAN}/flow/\\`, LAN])
    t.notThrows(() => publishStreamUrls(text))
  t.is(publishStreamUrls(`"${LAN}/flow/\\ud83d"`), `"${LAN}/flow/\\ud83d"`)
})

test('what is not published, or of another server, stays as it is, byte for byte', (t) => {
  for (const url of [
    `${LAN}/command/q/next.mp3`,
    `${LAN}/announcement/p.mp3`,
    `${LAN}/single/a`,
    `${LAN}/imageproxy?path=x`,
    `${LAN}0/flow/a`,
    'http://192.168.1.5/flow/a',
    'http://192x168.1.5:8097/flow/a',
    'https://192.168.1.5:8097/flow/a',
    'http://evil.example/?http://192.168.1.5:8096/flow/a',
    `${LAN}`,
    `${LAN}.evil.example/flow/a`,
  ]) {
    const text = `{ "url":  "${url}" }`
    t.is(publishStreamUrls(text), text)
    t.is(publishUrl(url), undefined)
  }
  t.is(publishUrl(`${LAN}/flow/a`), `${HOME}/flow/a?signed`)
})
