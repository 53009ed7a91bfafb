import { randomBytes, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { ConnectionOptions } from 'node:tls'
import test, { type ExecutionContext } from 'ava'
import { makeCaCertificate, makeLeafCertificate } from '../../src/certificates/local/local-ca.ts'
import { newRsaKey } from '../../src/certificates/local/new-rsa-key.ts'
import { namesOf, type ServerCertificate } from '../../src/certificates/server-certificate.ts'
import { TICKET_KEY_LIFE_MS } from '../../src/listen/ticket-keys.ts'
import { ask, shake, startTlsListener, type TlsListener } from '../support/tls-listener.ts'

const now = Date.now
const [caKey, key] = await Promise.all([newRsaKey(), newRsaKey()])
const ca = makeCaCertificate({ key: caKey, host: 'home.example', now: now(), randomBytes })

function certificateFor(...names: string[]): ServerCertificate {
  const issuer = new X509Certificate(ca)
  const leaf = makeLeafCertificate({ ca: issuer, caKey, key, names, now: now(), randomBytes })
  const keyText = key.export({ type: 'pkcs8', format: 'pem' }).toString()
  return { certificate: leaf + ca, key: keyText, names, notBefore: 0, notAfter: 0, made: false, warnings: [] }
}

function start(t: ExecutionContext): Promise<TlsListener> {
  return startTlsListener(t, {
    certificates: [certificateFor('home.example', 'first.example'), certificateFor('*.music.example')],
  })
}

/** @returns the names of the certificate that is shown, or the code of why none was. */
async function namesServed(
  listener: TlsListener,
  servername?: string,
  options?: ConnectionOptions,
): Promise<string[] | string> {
  try {
    const socket = await shake(listener, servername, { ca, ...options })
    const certificate = socket.getPeerX509Certificate() as X509Certificate
    socket.destroy()
    return namesOf(certificate)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}

const UNKNOWN_NAME = 'ERR_SSL_TLSV1_UNRECOGNIZED_NAME'

/** @returns what a session can be resumed with. */
async function sessionWith(listener: TlsListener, name: string | undefined, only: ConnectionOptions): Promise<Buffer> {
  const first = await shake(listener, name, only)
  // Over TLS 1.2 the session comes with the handshake, maybe before anybody listens for it.
  const session = only.maxVersion === 'TLSv1.2' ? first.getSession() : (await once(first, 'session'))[0]
  first.destroy()
  return session as Buffer
}

async function isResumed(
  listener: TlsListener,
  name: string | undefined,
  options: ConnectionOptions,
): Promise<boolean> {
  const again = await shake(listener, name, options)
  const resumed = again.isSessionReused()
  await ask(again, 'home.example')
  again.destroy()
  return resumed
}

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  const only = { minVersion: version, maxVersion: version }

  test(`over ${version} each client gets the certificate of the name that it asks for, and none for another`, async (t) => {
    const listener = await start(t)
    const [byDefault, wild] = [['home.example', 'first.example'], ['*.music.example']]
    t.deepEqual(await namesServed(listener, 'first.example', only), byDefault)
    t.deepEqual(await namesServed(listener, 'one.music.example', only), wild)
    t.deepEqual(await namesServed(listener, 'ONE.Music.example', only), wild)
    t.deepEqual(await namesServed(listener, undefined, only), byDefault)
    for (const name of ['unknown.example', '__proto__', 'music.example', 'a.b.music.example'])
      t.is(await namesServed(listener, name, only), UNKNOWN_NAME, name)
  })

  test(`over ${version} a connection outlives its certificate, and the next handshake has the new one`, async (t) => {
    const listener = await start(t)
    const names = ['home.example', 'one.music.example', undefined]
    const streams = await Promise.all(names.map((name) => shake(listener, name, only)))
    for (const stream of streams) t.regex(await ask(stream, 'before'), /before$/)
    const next = [certificateFor('home.example', 'second.example'), certificateFor('two.music.example')]
    listener.store.push('files', next)
    for (const stream of streams) t.regex(await ask(stream, 'after'), /after$/)
    t.deepEqual(await namesServed(listener, 'home.example', only), ['home.example', 'second.example'])
    t.deepEqual(await namesServed(listener, undefined, only), ['home.example', 'second.example'])
    t.deepEqual(await namesServed(listener, 'two.music.example', only), ['two.music.example'])
    t.is(await namesServed(listener, 'one.music.example', only), UNKNOWN_NAME)
    for (const stream of streams) stream.destroy()
  })

  for (const name of ['home.example', 'one.music.example', undefined]) {
    test(`over ${version} a session with ${name ?? 'no name'} is resumed after its certificate was replaced`, async (t) => {
      const listener = await start(t)
      const session = await sessionWith(listener, name, only)
      const next = [certificateFor('home.example', 'first.example'), certificateFor('*.music.example')]
      listener.store.push('files', next)
      t.true(await isResumed(listener, name, { ...only, session }))
    })
  }

  test(`over ${version} no session goes on at a host with another certificate, nor when the names have changed`, async (t) => {
    const listener = await start(t)
    const session = await sessionWith(listener, 'home.example', only)
    t.false(await isResumed(listener, 'one.music.example', { ...only, session }))
    t.true(await isResumed(listener, 'home.example', { ...only, session }))
    listener.store.push('files', [certificateFor('home.example', 'second.example')])
    t.false(await isResumed(listener, 'home.example', { ...only, session }))
  })

  test(`over ${version} a ticket is good until its key has been used for half a day, whose other half it would be`, async (t) => {
    const listener = await start(t)
    const session = await sessionWith(listener, 'home.example', only)
    listener.advance(TICKET_KEY_LIFE_MS - 1)
    t.true(await isResumed(listener, 'home.example', { ...only, session }))
    listener.advance(1)
    t.false(await isResumed(listener, 'home.example', { ...only, session }))
    const next = await sessionWith(listener, 'home.example', only)
    t.true(await isResumed(listener, 'home.example', { ...only, session: next }))
  })
}

test('other suites count from the next handshake on, and end the sessions of the ones before', async (t) => {
  const listener = await start(t)
  const cbc = { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-SHA' } as const
  const open = await shake(listener, 'home.example', cbc)
  const session = await sessionWith(listener, 'home.example', cbc)
  t.true(await isResumed(listener, 'home.example', { ...cbc, session }))
  listener.settings.suites = 'modern'
  await t.throwsAsync(shake(listener, 'home.example', cbc), { message: /handshake failure/ })
  await t.throwsAsync(shake(listener, 'home.example', { ...cbc, session }), { message: /handshake failure/ })
  t.regex(await ask(open, 'home.example'), /home.example$/)
  open.destroy()
})

test('a push that is refused changes no handshake', async (t) => {
  const listener = await start(t)
  const good = certificateFor('home.example', 'second.example')
  for (const bad of [{ key: '' }, { certificate: '' }, { certificate: '', key: '' }]) {
    t.throws(() => listener.store.push('files', [good, { ...good, ...bad }]), { name: 'CertificateError' })
  }
  for (const name of ['home.example', undefined]) {
    t.deepEqual(await namesServed(listener, name), ['home.example', 'first.example'])
  }
  t.deepEqual(await namesServed(listener, 'one.music.example'), ['*.music.example'])
})
