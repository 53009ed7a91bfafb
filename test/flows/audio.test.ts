import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import test, { type ExecutionContext } from 'ava'
import { type AudioServer, startAudioServer } from '../../demo/stand-in-audio.ts'
import { loadConfig } from '../../src/config/load.ts'
import { DIRECTIVES } from '../support/directives.ts'
import { ISSUER, restart, startTestHouse, type TestConfig, type TestHouse } from '../support/gateway.ts'
import { exchangeRaw, openRaw, rawRequest } from '../support/raw-client.ts'
import { startUpstream } from '../support/scripted-upstream.ts'
import { issueToken } from '../support/tokens.ts'

const LAN = 'http://192.168.1.5:8097'
const STREAM = '/flow/s/q/i/B%C3%BCro%20Echo.mp3'

interface AudioHouse extends TestHouse {
  audio: AudioServer
}

type Change = (config: TestConfig & { audio: Record<string, unknown> }) => void

/** A gateway with the stand-in for port 8097 behind it, and an upstream at `/api` that answers as the test says. */
async function startAudioHouse(
  t: ExecutionContext,
  answer: RequestListener = sayNothing,
  change: Change = () => {},
): Promise<AudioHouse> {
  const audio = await startAudioServer()
  t.teardown(() => audio.close())
  const api = await startUpstream(t, answer)
  const house = await startTestHouse(t, (config) => {
    const { upstreams, routes } = config
    upstreams['music-assistant'].url = api.url
    Object.assign(upstreams, { audio: { url: audio.url } })
    Object.assign(config, { audio: { upstream: 'audio', origins: [LAN] } })
    Object.assign(routes[0] as object, { rewrite: 'audio' })
    routes.push(...(['/flow/*', '/single/*'].map(signedRoute) as TestConfig['routes']))
    change(config as Parameters<Change>[0])
  })
  return { ...house, audio }
}

function signedRoute(path: string) {
  return { path, methods: ['GET', 'HEAD'], upstream: 'audio', auth: 'signed-url' }
}

const sayNothing: RequestListener = (_, response) => {
  response.end()
}

/** An upstream that says this as JSON. */
function saying(value: unknown): RequestListener {
  return (_, response) => {
    response.setHeader('Content-Type', 'application/json')
    response.setHeader('ETag', '"1"')
    response.end(JSON.stringify(value))
  }
}

/** What `/api` answers. */
async function callApi(house: TestHouse, lines: string[] = [], path = '/api', body = '') {
  const token = await issueToken(house)
  const headers = [`Authorization: Bearer ${token}`, `Content-Length: ${Buffer.byteLength(body)}`, ...lines]
  return exchangeRaw(house, rawRequest(`POST ${path}`, headers, body))
}

/** The path and query of the one public URL in a text. */
function publicTarget(text: string): string {
  const found = text.split(`${ISSUER}/`)
  if (found.length !== 2) throw new Error(`${found.length - 1} public URLs in ${text}`)
  return `/${found[1]?.split('"', 1)[0]}`
}

async function signedStream(house: TestHouse): Promise<string> {
  return publicTarget((await callApi(house)).body)
}

/** Asks without any token, as an Echo does. */
async function fetchHead(house: TestHouse, target: string, method = 'HEAD', lines: string[] = []) {
  const client = await openRaw(house)
  try {
    return await client.send(rawRequest(`${method} ${target}`, lines)).answer({ head: true })
  } finally {
    client.socket.destroy()
  }
}

test('a URL of a stream that is handed out is a public one, by which anybody gets just that stream', async (t) => {
  const house = await startAudioHouse(t, saying({ url: LAN + STREAM, other: `${LAN}/command/q/next.mp3` }))
  const { status, body, header } = await callApi(house)
  t.is(status, 200)
  t.deepEqual(header('content-length'), [String(Buffer.byteLength(body))])
  t.deepEqual(header('etag'), [], 'it was of other bytes')
  t.is(JSON.parse(body).other, `${LAN}/command/q/next.mp3`)
  const target = publicTarget(body)
  t.true(target.startsWith(`${STREAM}?until=`))

  const headers = await fetchHead(house, target)
  t.deepEqual([headers.status, headers.header('content-type')], [200, ['audio/mpeg']])
  t.deepEqual([headers.header('accept-ranges'), headers.header('cache-control')], [['none'], ['no-cache']])
  t.is((await fetchHead(house, target, 'GET', ['Range: bytes=0-', 'X-Remote-User-Name: eve'])).status, 200)
  t.deepEqual(house.audio.requests, [`HEAD ${STREAM}`, `GET ${STREAM}`])
  const { range, authorization, 'x-remote-user-name': user } = house.audio.headers[1] ?? {}
  t.deepEqual([range, authorization, user], ['bytes=0-', undefined, undefined])
  t.false(house.log.join('').includes('signature='))
})

test('a stream goes on for as long as the client listens, also beyond the end of its URL, and ends with it', async (t) => {
  const house = await startAudioHouse(t, saying(LAN + STREAM))
  const target = await signedStream(house)
  const client = (await openRaw(house)).send(rawRequest(`GET ${target}`))
  await client.until((text) => text.length > 10_000)
  house.advance(13 * 3_600_000)
  const { length } = client.received
  await client.until((text) => text.length > length + 10_000)
  t.is(house.audio.playing, 1)
  client.socket.destroy()
  await house.audio.until(() => house.audio.playing === 0)
  const { status, body } = await exchangeRaw(house, rawRequest(`GET ${target}`))
  t.deepEqual([status, JSON.parse(body).error], [403, 'not_signed'])
  t.regex(await house.logged('it ended at'), /not_signed/)
})

test('nothing is had without a signature, with that of another path, or changed', async (t) => {
  const house = await startAudioHouse(t, saying(LAN + STREAM))
  const [, query] = (await signedStream(house)).split('?')
  const refused = async (target: string, line = 'GET') =>
    (await exchangeRaw(house, rawRequest(`${line} ${target}`))).status
  for (const target of [
    STREAM,
    `${STREAM}?`,
    `${STREAM}?until=9999999999&signature=${'A'.repeat(43)}`,
    `${STREAM}?${query?.replace(/until=1/, 'until=2')}`,
    `/flow/s/q/i/other.mp3?${query}`,
    `/single/s/q/i/B%C3%BCro%20Echo.mp3?${query}`,
    `/fl%6fw/s/q/i/B%C3%BCro%20Echo.mp3?${query}`,
  ])
    t.is(await refused(target), 403, target)
  for (const target of [
    '/flow/../command/q/next.mp3',
    '/flow/%2e%2e/command/q/next.mp3',
    '/flow/..%2fcommand/q/next.mp3',
  ])
    t.is(await refused(`${target}?${query}`), 400, target)
  for (const target of ['/command/q/next.mp3', '/announcement/p.mp3', '/imageproxy'])
    t.is(await refused(`${target}?${query}`), 404, target)
  t.is(await refused(`${STREAM}?${query}`, 'POST'), 405)
  t.deepEqual([house.audio.requests, house.audio.skipped], [[], 0])
})

test('a URL is good after a reload and after a restart', async (t) => {
  const house = await startAudioHouse(t, saying(LAN + STREAM))
  const target = await signedStream(house)
  await house.reload(({ routes }) => {
    routes.pop()
    routes.push(signedRoute('/single/*') as TestConfig['routes'][0])
  })
  t.is((await fetchHead(house, target)).status, 200)
  t.is((await fetchHead(await restart(t, house), target)).status, 200)
})

test('what a player puts behind a URL does not get to the server of the audio', async (t) => {
  const house = await startAudioHouse(t, saying(LAN + STREAM))
  t.is((await fetchHead(house, `${await signedStream(house)}&x=/command/`)).status, 200)
  t.deepEqual(house.audio.requests, [`HEAD ${STREAM}`])
})

test('what is no JSON, is compressed, too long or not of this server goes as it is', async (t) => {
  const url = `"${LAN}${STREAM}"`
  const long = `[${`${url},`.repeat(100_000)}1]`
  const answers: [string, string | Buffer, Record<string, string>][] = [
    ['text', url, { 'Content-Type': 'text/plain' }],
    ['no type', url, {}],
    ['compressed', gzipSync(url), { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' }],
    ['too long', long, { 'Content-Type': 'application/json' }],
    ['too long, which it says', long, { 'Content-Type': 'application/json', 'Content-Length': String(long.length) }],
    ['an event stream', `data: ${url}\n\n`, { 'Content-Type': 'text/event-stream' }],
    ['another server', `"${LAN}0${STREAM}"`, { 'Content-Type': 'application/json' }],
    ['not UTF-8', Buffer.concat([Buffer.from(url), Buffer.from([0xff])]), { 'Content-Type': 'application/json' }],
  ]
  let next = answers[0]
  const house = await startAudioHouse(t, (_, response) => {
    for (const [name, value] of Object.entries(next?.[2] ?? {})) response.setHeader(name, value)
    response.write(next?.[1])
    response.end()
  })
  for (const one of answers) {
    next = one
    const { status, body } = await callApi(house, ['Accept-Encoding: gzip'])
    t.is(status, 200)
    t.true(body === Buffer.from(one[1]).toString('latin1'), one[0])
  }
})

test('only a route that says so rewrites, and asks for what it can read', async (t) => {
  const encodings: unknown[] = []
  const house = await startAudioHouse(t, (request, response) => {
    encodings.push(request.headers['accept-encoding'])
    saying(LAN + STREAM)(request, response)
  })
  t.is((await callApi(house, ['Accept-Encoding: gzip'], '/any/x')).body, JSON.stringify(LAN + STREAM))
  publicTarget((await callApi(house, ['Accept-Encoding: gzip'])).body)
  t.deepEqual(encodings, ['gzip', undefined])
})

test('an answer with public URLs is never a part of one, and no client keeps it by what the server said of its own', async (t) => {
  const asked: unknown[] = []
  const house = await startAudioHouse(t, (request, response) => {
    asked.push(request.headers.range, request.headers['if-range'])
    response.setHeader('Last-Modified', 'Thu, 01 Jan 2026 00:00:00 GMT')
    response.setHeader('Accept-Ranges', 'bytes')
    saying(LAN + STREAM)(request, response)
  })
  const answer = await callApi(house, ['Range: bytes=0-10', 'If-Range: "1"'])
  publicTarget(answer.body)
  t.deepEqual(asked, [undefined, undefined])
  for (const name of ['etag', 'last-modified', 'accept-ranges']) t.deepEqual(answer.header(name), [], name)
})

test('a directive for music is answered with public URLs', async (t) => {
  const house = await startAudioHouse(t, saying({ payload: { stream: { uri: LAN + STREAM } } }), ({ routes }) => {
    const route = { path: '/music', methods: ['POST'], upstream: 'music-assistant', auth: 'alexa-directive' }
    routes.push({ ...route, rewrite: 'audio' } as unknown as TestConfig['routes'][0])
  })
  const directive = JSON.stringify(DIRECTIVES.music(await issueToken(house)))
  const headers = [`Content-Length: ${directive.length}`]
  const { body } = await exchangeRaw(house, rawRequest('POST /music', headers, directive))
  t.is((await fetchHead(house, publicTarget(body))).status, 200)
})

test('an old server fetches a picture from the internet for whoever has a signed URL, and never from the home', async (t) => {
  const cover = '/imageproxy?path=https%3A%2F%2Fi.scdn.co%2Fcover&size=500'
  const trap = '/imageproxy?path=http%253A%252F%252F127.0.0.1%253A8097%252Fcommand%252Fq%252Fnext.mp3'
  const house = await startAudioHouse(t, saying([LAN + cover, LAN + trap]), (config) => {
    config.audio.images = true
    config.routes.push(signedRoute('/imageproxy') as TestConfig['routes'][0])
  })
  const { body } = await callApi(house)
  t.true(body.includes(`"${LAN}${trap}"`))
  const target = publicTarget(body)
  t.is((await exchangeRaw(house, rawRequest(`GET ${target}`))).body, 'picture')
  t.deepEqual(house.audio.requests, [`GET ${cover}`])
  for (const other of [cover, trap, `${trap}&${target.split('&').slice(-2).join('&')}`])
    t.is((await exchangeRaw(house, rawRequest(`GET ${other}`))).status, 403, other)
  t.is(house.audio.skipped, 0)
})

test('the example that Skillgate comes with is good, and publishes streams and nothing else of that port', (t) => {
  const { audio, routes, upstreams } = loadConfig(join(import.meta.dirname, '../../examples/audio.yaml'), {})
  t.is(upstreams[audio?.upstream ?? '']?.url, 'http://127.0.0.1:8097')
  t.deepEqual(
    routes
      .filter(({ upstream }) => upstream === audio?.upstream)
      .map(({ path, auth, methods }) => [path, auth, methods]),
    [
      ['/flow/*', 'signed-url', ['GET', 'HEAD']],
      ['/single/*', 'signed-url', ['GET', 'HEAD']],
    ],
  )
})
