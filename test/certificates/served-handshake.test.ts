import { randomBytes, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type ConnectionOptions, connect, createServer, type SecureContext, type TLSSocket } from 'node:tls'
import test, { type ExecutionContext } from 'ava'
import { openCertificateStore } from '../../src/certificates/certificate-store.ts'
import { makeCaCertificate, makeLeafCertificate } from '../../src/certificates/local/local-ca.ts'
import { newRsaKey } from '../../src/certificates/local/new-rsa-key.ts'
import { namesOf, type ServerCertificate } from '../../src/certificates/server-certificate.ts'

// OpenSSL compares with the real clock, so here it is the real one.
const now = Date.now
const [caKey, key] = await Promise.all([newRsaKey(), newRsaKey()])
const ca = makeCaCertificate({ key: caKey, host: 'home.example', now: now(), randomBytes })

function certificateFor(...names: string[]): ServerCertificate {
  const issuer = new X509Certificate(ca)
  const leaf = makeLeafCertificate({ ca: issuer, caKey, key, names, now: now(), randomBytes })
  const keyText = key.export({ type: 'pkcs8', format: 'pem' }).toString()
  return { certificate: leaf + ca, key: keyText, names, notBefore: 0, notAfter: 0, made: false, warnings: [] }
}

/** A listener that is wired to a store as the gateway's is; it sends back what it gets. */
async function listen(t: ExecutionContext) {
  const store = openCertificateStore({ now })
  store.push('files', [certificateFor('home.example', 'first.example'), certificateFor('*.music.example')])
  const ticketKeys = randomBytes(48)
  const given = () => ({ ...store.defaultMaterial(), ticketKeys, minVersion: 'TLSv1.2' as const })
  const SNICallback = (name: string, done: (error: null, context?: SecureContext) => void) =>
    done(null, store.contextFor(name))
  const server = createServer({ ...given(), SNICallback }, (socket) => {
    socket.on('error', () => {})
    socket.pipe(socket)
  })
  server.on('tlsClientError', () => {})
  store.onChange(() => server.setSecureContext(given()))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  t.teardown(() => server.close())
  return { store, port }
}

async function shake(port: number, servername: string | undefined, options: ConnectionOptions = {}) {
  const trusted = { ca, checkServerIdentity: () => undefined }
  const socket = connect({ host: '127.0.0.1', port, servername: servername ?? '', ...trusted, ...options })
  await once(socket, 'secureConnect')
  return socket
}

/** @returns what comes back. */
async function exchange(socket: TLSSocket, text: string): Promise<string> {
  const back = once(socket, 'data')
  socket.write(text)
  return String((await back)[0])
}

async function namesServed(port: number, servername?: string, options?: ConnectionOptions): Promise<string[]> {
  const socket = await shake(port, servername, options)
  const certificate = socket.getPeerX509Certificate() as X509Certificate
  socket.destroy()
  return namesOf(certificate)
}

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  const only = { minVersion: version, maxVersion: version }

  test(`over ${version} each client gets the certificate of the name that it asks for`, async (t) => {
    const { port } = await listen(t)
    const [byDefault, wild] = [['home.example', 'first.example'], ['*.music.example']]
    t.deepEqual(await namesServed(port, 'first.example', only), byDefault)
    t.deepEqual(await namesServed(port, 'one.music.example', only), wild)
    t.deepEqual(await namesServed(port, 'ONE.Music.example', only), wild)
    t.deepEqual(await namesServed(port, 'unknown.example', only), byDefault)
    t.deepEqual(await namesServed(port, '__proto__', only), byDefault)
    t.deepEqual(await namesServed(port, undefined, only), byDefault)
  })

  test(`over ${version} a connection outlives its certificate, and the next handshake has the new one`, async (t) => {
    const { store, port } = await listen(t)
    const streams = await Promise.all(['home.example', 'one.music.example', undefined].map((n) => shake(port, n, only)))
    for (const stream of streams) t.is(await exchange(stream, 'before'), 'before')
    store.push('files', [certificateFor('home.example', 'second.example'), certificateFor('two.music.example')])
    for (const stream of streams) t.is(await exchange(stream, 'after'), 'after')
    t.deepEqual(await namesServed(port, 'home.example', only), ['home.example', 'second.example'])
    t.deepEqual(await namesServed(port, undefined, only), ['home.example', 'second.example'])
    t.deepEqual(await namesServed(port, 'two.music.example', only), ['two.music.example'])
    t.deepEqual(await namesServed(port, 'one.music.example', only), ['home.example', 'second.example'])
    for (const stream of streams) stream.destroy()
  })

  for (const name of ['home.example', 'one.music.example', undefined]) {
    test(`over ${version} a session with ${name ?? 'no name'} is resumed after its certificate was replaced`, async (t) => {
      const { store, port } = await listen(t)
      const first = await shake(port, name, only)
      // Over TLS 1.2 the session comes with the handshake, maybe before anybody listens for it.
      const session = version === 'TLSv1.2' ? first.getSession() : (await once(first, 'session'))[0]
      first.destroy()
      store.push('files', [certificateFor('home.example', 'second.example'), certificateFor('*.music.example')])
      const again = await shake(port, name, { ...only, session: session as Buffer })
      t.true(again.isSessionReused())
      t.is(await exchange(again, 'hello'), 'hello')
      again.destroy()
    })
  }
}

test('a push that is refused changes no handshake', async (t) => {
  const { store, port } = await listen(t)
  const good = certificateFor('home.example', 'second.example')
  for (const bad of [{ key: '' }, { certificate: '' }, { certificate: '', key: '' }]) {
    t.throws(() => store.push('files', [good, { ...good, ...bad }]), { name: 'CertificateError' })
  }
  for (const name of ['home.example', undefined]) {
    t.deepEqual(await namesServed(port, name), ['home.example', 'first.example'])
  }
  t.deepEqual(await namesServed(port, 'one.music.example'), ['*.music.example'])
})
