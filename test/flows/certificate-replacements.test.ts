import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from 'node:tls'
import test from 'ava'
import { WebSocket } from 'ws'
import { temporaryFolder } from '../support/environment.ts'
import { startTestHouse } from '../support/gateway.ts'
import { openRaw, type RawClient, rawRequest } from '../support/raw-client.ts'
import { chainFor, DAY, keyPem } from '../support/served-certificates.ts'
import { issueToken } from '../support/tokens.ts'

const REPLACEMENTS = 100
const STREAMS = 100
const WEB_SOCKETS = 50
const AT_ONCE = 10

/** Chain and key in one file, so that one rename is the whole of a replacement; no two are the same. */
const make = (which: string) =>
  chainFor(Date.now() - DAY, { names: ['dev.jasonhollis.com', 'localhost', `${which}.example`] }) + keyPem()

async function several<T>(count: number, open: () => Promise<T>): Promise<T[]> {
  const all: T[] = []
  while (all.length < count)
    all.push(...(await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - all.length) }, open))))
  return all
}

test('a hundred streams and fifty WebSockets outlive a hundred certificates, and each next handshake has the new one', async (t) => {
  t.timeout(110_000)
  const file = join(temporaryFolder(t), 'home.pem')
  const first = make('first')
  writeFileSync(file, first, { mode: 0o600 })
  const music = { trickleInterval: 1000 }
  const started = await startTestHouse(
    t,
    (config) => {
      config.tls = { source: 'files', certificate: file }
      config.upstreams['music-assistant'].connections = STREAMS + WEB_SOCKETS + 10
    },
    {},
    music,
  )
  const house = { ...started, ca: first.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)?.[1] ?? '' }
  const fingerprintServed = async (servername?: string) => {
    const { port, ca } = house
    // Who asks for no name can compare none.
    const nameless = { host: '127.0.0.1', checkServerIdentity: () => undefined }
    const socket = connect({ port, ca, ...(servername ? { host: servername, servername } : nameless) })
    await once(socket, 'secureConnect')
    const { fingerprint256 } = socket.getPeerX509Certificate() as X509Certificate
    socket.destroy()
    return fingerprint256
  }

  house.music.misbehave('trickle', { times: STREAMS })
  const streams: RawClient[] = await several(STREAMS, async () => {
    const stream = (await openRaw(house)).send(rawRequest('GET /open/x'))
    await stream.until((text) => text.endsWith('.\r\n'))
    return stream
  })
  const headers = { authorization: `Bearer ${await issueToken(house)}` }
  const broken: string[] = []
  const sockets = await several(WEB_SOCKETS, async () => {
    const socket = new WebSocket(`wss://localhost:${house.port}/ws`, { ca: house.ca, headers })
    socket.on('error', (error) => broken.push(error.message))
    socket.on('close', (code) => broken.push(`closed ${code}`))
    await once(socket, 'message')
    return socket
  })
  for (const stream of streams) stream.socket.on('close', () => broken.push('a stream'))

  for (let i = 0; i < REPLACEMENTS; i++) {
    const next = make(`n${i}`)
    writeFileSync(`${file}.new`, next, { mode: 0o600 })
    renameSync(`${file}.new`, file)
    await house.logged(`n${i}.example`)
    const { fingerprint256 } = new X509Certificate(next)
    t.is(await fingerprintServed('localhost'), fingerprint256, `replacement ${i}`)
    if (i % 10 === 0) t.is(await fingerprintServed(), fingerprint256, `replacement ${i}, by no name`)
  }

  t.deepEqual(broken, [])
  for (const stream of streams) {
    const { length } = stream.received
    await stream.until((text) => text.length > length)
  }
  const pongs = sockets.map((socket) => once(socket, 'pong'))
  for (const socket of sockets) socket.ping()
  await Promise.all(pongs)
  t.deepEqual(broken, [])
  t.is(house.log.filter((line) => line.includes('certificate taken up')).length, REPLACEMENTS)
  t.deepEqual(
    house.log.filter((line) => line.includes('certificate refused')),
    [],
  )
  for (const socket of sockets) socket.removeAllListeners('close').terminate()
  for (const { socket } of streams) socket.removeAllListeners('close').destroy()
})
