import { type KeyObject, randomBytes, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import test, { type ExecutionContext } from 'ava'
import { WebSocket } from 'ws'
import { makeCaCertificate, makeLeafCertificate } from '../../../src/certificates/local/local-ca.ts'
import { newRsaKey } from '../../../src/certificates/local/new-rsa-key.ts'
import { temporaryFolder } from '../../support/environment.ts'
import { startTestHouse } from '../../support/gateway.ts'
import { openRaw, rawRequest } from '../../support/raw-client.ts'
import { issueToken } from '../../support/tokens.ts'

const DAY_MS = 86_400_000
const NAMES = ['dev.jasonhollis.com', 'localhost']
const now = Date.now()
const [caKey, firstKey, secondKey] = await Promise.all([newRsaKey(), newRsaKey(), newRsaKey()])
const ca = makeCaCertificate({ key: caKey, host: NAMES[0]!, now: now - 800 * DAY_MS, randomBytes })
const leafFor = (key: KeyObject, at = now) =>
  makeLeafCertificate({ ca: new X509Certificate(ca), caKey, key, names: NAMES, now: at, randomBytes }) + ca
const [first, second, expired] = [leafFor(firstKey), leafFor(secondKey), leafFor(firstKey, now - 790 * DAY_MS)]
const keyText = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString()

/** A gateway that serves the first certificate, and its two files. */
async function startWithFiles(t: ExecutionContext) {
  const folder = temporaryFolder(t)
  const [certificate, key] = [join(folder, 'fullchain.pem'), join(folder, 'privkey.pem')]
  writeFileSync(certificate, first)
  writeFileSync(key, keyText(firstKey), { mode: 0o600 })
  const started = await startTestHouse(t, (config) => {
    config.tls = { source: 'files', certificate, key }
  })
  const house = { ...started, ca }
  const serves = async (pem: string) => {
    const { socket } = await openRaw(house)
    const { fingerprint256 } = socket.getPeerX509Certificate()!
    socket.destroy()
    return fingerprint256 === new X509Certificate(pem).fingerprint256
  }
  return { house, certificate, key, serves }
}

test('a certificate is replaced under open streams and WebSockets, and the next handshake has the new one', async (t) => {
  const { house, certificate, key, serves } = await startWithFiles(t)
  t.true(await serves(first))
  const idle = await openRaw(house)
  house.music.misbehave('trickle', { times: 1 })
  const stream = (await openRaw(house)).send(rawRequest('GET /open/x'))
  await stream.until((text) => text.endsWith('.\r\n'))
  const headers = { authorization: `Bearer ${await issueToken(house)}` }
  const webSocket = new WebSocket(`wss://localhost:${house.port}/ws`, { ca, headers })
  await once(webSocket, 'message')

  writeFileSync(certificate, second)
  writeFileSync(key, keyText(secondKey))
  await house.reload()
  t.true(await serves(second))
  const { length } = stream.received
  await stream.until((text) => text.length > length)
  t.is((await idle.send(rawRequest('GET /health')).answer()).status, 200)
  const pong = once(webSocket, 'pong')
  webSocket.ping()
  await pong
  webSocket.terminate()
  for (const { socket } of [idle, stream]) socket.destroy()
})

/** Never a good pair, whichever of two files is looked at before the other is written: they are watched meanwhile. */
const broken: [what: string, certificate: string | undefined, key: string | undefined, words: RegExp][] = [
  ['has expired', expired, keyText(firstKey), /expired on .*Renew it/],
  ['does not belong to its key', second, keyText(firstKey), /does not belong to the certificate/],
  ['is empty', '', keyText(firstKey), /holds no whole certificate/],
  ['is not there', undefined, keyText(firstKey), /fullchain\.pem does not exist/],
  ['has no key', second, undefined, /privkey\.pem does not exist/],
  ['is half written', second.slice(0, 400), keyText(firstKey), /holds no whole certificate|is cut short/],
]
test('a certificate that cannot be served leaves the old one in place, and says why in one line', async (t) => {
  const { house, certificate, key, serves } = await startWithFiles(t)
  const write = (file: string, text: string | undefined) => {
    if (text === undefined) rmSync(file, { force: true })
    else writeFileSync(file, text)
  }
  for (const [what, chain, itsKey, words] of broken) {
    write(certificate, chain)
    write(key, itsKey)
    const error = await t.throwsAsync(house.reload(), { name: 'CertificateError', message: words }, what)
    t.notRegex(error?.message ?? '', /\n/, what)
    t.true(await serves(first), what)
  }
  write(certificate, second)
  write(key, keyText(secondKey))
  await house.reload()
  t.true(await serves(second))
})

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`a session of ${version} that was begun before a certificate is replaced is resumed after it`, async (t) => {
    const { house, certificate, key } = await startWithFiles(t)
    const { port } = house
    const shake = async (session?: Buffer): Promise<TLSSocket> => {
      const options = { minVersion: version, maxVersion: version, session } as const
      const socket = connect({ port, host: 'localhost', ca, ...options })
      t.teardown(() => socket.destroy())
      await once(socket, 'secureConnect')
      return socket
    }
    const ticketOf = async (socket: TLSSocket): Promise<Buffer> => {
      if (version === 'TLSv1.2') return socket.getSession()!
      const [ticket] = await once(socket, 'session')
      return ticket
    }
    const begun = await shake()
    const ticket = await ticketOf(begun)
    writeFileSync(certificate, second)
    writeFileSync(key, keyText(secondKey))
    await house.reload()
    t.true((await shake(ticket)).isSessionReused())
    t.false((await shake()).isSessionReused())
  })
}
