import type { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { type ConnectionOptions, rootCertificates } from 'node:tls'
import test, { type ExecutionContext } from 'ava'
import { makeChain } from '../support/certificate-chain.ts'
import { inRecords, type MadeHello, madeHello } from '../support/client-hellos.ts'
import { findProgram } from '../support/program.ts'
import { ask, shake, startTlsListener, type TlsListener } from '../support/tls-listener.ts'

const ALERT = { decodeError: 50, internalError: 80, unrecognizedName: 112, noApplicationProtocol: 120 }

/** Says hello, and nothing else. @returns the alert in clear that comes back before the connection ends, if that is all. */
async function alertTo({ port }: TlsListener, hello: MadeHello | Buffer): Promise<number | undefined> {
  const socket = connect(port, '127.0.0.1')
  socket.write(Buffer.isBuffer(hello) ? hello : inRecords(madeHello(hello), [20]))
  const answer = await buffer(socket)
  return answer.length === 7 && answer.toString('hex').startsWith('15030300020') ? answer[6] : undefined
}

/** @returns the CA that issued the certificate which this client gets; that CA's own is sent along. */
async function issuerFor(listener: TlsListener, servername: string | undefined, options: ConnectionOptions) {
  const socket = await shake(listener, servername, options)
  const shown = socket.getPeerX509Certificate() as X509Certificate
  const between = shown.issuerCertificate
  socket.destroy()
  return between && shown.checkIssued(between) && shown.verify(between.publicKey) ? shown.issuer : 'no chain'
}

/** Clients that know one kind of key, and those that know both. */
const RSA_ONLY: ConnectionOptions[] = [
  { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-SHA' },
  { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES256-GCM-SHA384' },
  { minVersion: 'TLSv1.3', sigalgs: 'rsa_pss_rsae_sha256' },
]
const EC_TOO: ConnectionOptions[] = [
  { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' },
  { maxVersion: 'TLSv1.2' },
  { minVersion: 'TLSv1.3', sigalgs: 'ecdsa_secp256r1_sha256' },
  { minVersion: 'TLSv1.3' },
]

for (const order of ['rsa first', 'ec first'] as const) {
  test(`with keys of both kinds, ${order}, each client gets the chain that it can use, whether it asks for a name or not`, async (t) => {
    const openssl = findProgram(t, 'openssl', 'openssl')
    if (openssl === undefined) return
    const [rsa, ec] = (['rsa', 'ec'] as const).map((kind) =>
      makeChain(t, openssl, kind, ['dev.example', '*.music.example']),
    )
    const pushed = [rsa!.pushed, ec!.pushed]
    const listener = await startTlsListener(t, { certificates: order === 'rsa first' ? pushed : pushed.reverse() })
    for (const name of ['dev.example', 'a.music.example', undefined]) {
      for (const client of RSA_ONLY) t.is(await issuerFor(listener, name, client), `CN=${rsa!.issuer}`)
      for (const client of EC_TOO) t.is(await issuerFor(listener, name, client), `CN=${ec!.issuer}`)
    }
    t.deepEqual(
      listener.store
        .list()
        .map(({ keyType, isDefault }) => [keyType, isDefault])
        .toSorted(),
      [
        ['ec', true],
        ['rsa', true],
      ],
    )
  })
}

test('a certificate of RSA alone, and one of EC alone, are served to who can use them', async (t) => {
  const openssl = findProgram(t, 'openssl', 'openssl')
  if (openssl === undefined) return
  const rsa = makeChain(t, openssl, 'rsa', ['rsa.example'])
  const ec = makeChain(t, openssl, 'ec', ['ec.example'])
  const listener = await startTlsListener(t, { certificates: [rsa.pushed, ec.pushed] })
  for (const client of [...RSA_ONLY, {}]) t.is(await issuerFor(listener, 'rsa.example', client), `CN=${rsa.issuer}`)
  for (const client of EC_TOO) t.is(await issuerFor(listener, 'ec.example', client), `CN=${ec.issuer}`)
  for (const client of RSA_ONLY)
    await t.throwsAsync(shake(listener, 'ec.example', client), { message: /handshake failure/ })
})

test('for an unknown name there is an alert in clear, and no certificate', async (t) => {
  const listener = await startWithOne(t)
  if (!listener) return
  for (const serverName of ['unknown.example', 'example', 'a.dev.example', 'ÿ\0', ''])
    t.is(await alertTo(listener, { serverName, protocols: ['http/1.1'] }), ALERT.unrecognizedName, serverName)
  t.deepEqual(listener.errors, [])
})

test('a ClientHello that makes no sense gets an alert, and TLS never hears of it', async (t) => {
  const listener = await startWithOne(t)
  if (!listener) return
  const bytes = inRecords(madeHello({ serverName: 'dev.example' }))
  bytes[5] = 2
  t.is(await alertTo(listener, bytes), ALERT.decodeError)
})

test('where there is no certificate yet, there is an alert for everybody, until there is one', async (t) => {
  const openssl = findProgram(t, 'openssl', 'openssl')
  if (openssl === undefined) return
  const listener = await startTlsListener(t)
  t.is(await alertTo(listener, { serverName: 'dev.example' }), ALERT.internalError)
  t.is(await alertTo(listener, {}), ALERT.internalError)
  listener.store.push('acme', [makeChain(t, openssl, 'ec', ['dev.example']).pushed])
  const socket = await shake(listener, 'dev.example')
  t.regex(await ask(socket, 'dev.example'), /dev\.example$/)
  socket.destroy()
})

test('CVE-2026-21637: an error while choosing costs that connection, and nothing else', async (t) => {
  const openssl = findProgram(t, 'openssl', 'openssl')
  if (openssl === undefined) return
  const { pushed } = makeChain(t, openssl, 'ec', ['dev.example'])
  const listener = await startTlsListener(t, {
    certificates: [pushed],
    change: {
      certificates: {
        find(name) {
          if (name === 'broken.example') throw new Error('no certificate today')
          // What no TLS can be made of.
          const isUnservable = name === 'unservable.example'
          return {
            cert: isUnservable ? ['x'] : [pushed.certificate],
            key: [pushed.key],
            kinds: ['ec'],
            names: [],
            isPublic: false,
            isFor: () => true,
          }
        },
      },
      alpnContext() {
        throw new Error('no challenge today')
      },
    },
  })
  t.is(await alertTo(listener, { serverName: 'broken.example' }), ALERT.internalError)
  t.is(await alertTo(listener, { serverName: 'unservable.example' }), ALERT.internalError)
  t.is(await alertTo(listener, { serverName: 'dev.example', protocols: ['acme-tls/1'] }), ALERT.internalError)
  t.is(listener.errors.length, 3)
  const socket = await shake(listener, 'dev.example')
  t.regex(await ask(socket, 'dev.example'), /dev\.example$/)
  socket.destroy()
})

test('however often a challenge is asked for, the same server answers, until something else is shown', async (t) => {
  const openssl = findProgram(t, 'openssl', 'openssl')
  if (openssl === undefined) return
  const [first, second] = [1, 2].map(() => {
    const { certificate, key } = makeChain(t, openssl, 'ec', ['dev.example']).pushed
    return { cert: certificate, key }
  })
  let shown = first
  const listener = await startTlsListener(t, { change: { alpnContext: () => shown } })
  const only = { maxVersion: 'TLSv1.2', ALPNProtocols: ['acme-tls/1'] } as const
  const ask = async (session?: Buffer) => {
    const socket = await shake(listener, 'dev.example', { ...only, ...(session && { session }) })
    t.teardown(() => socket.destroy())
    return socket
  }
  // Each server has ticket keys of its own.
  const session = (await ask()).getSession()
  t.true((await ask(session)).isSessionReused())
  shown = second
  t.false((await ask(session)).isSessionReused())
})

test('whoever asks for unknown names and never closes is gone in seconds', async (t) => {
  const listener = await startWithOne(t)
  if (!listener) return
  const hello = inRecords(madeHello({ serverName: 'unknown.example' }), [20])
  const gone = Array.from({ length: 20 }, async () => {
    const socket = connect({ port: listener.port, host: '127.0.0.1', allowHalfOpen: true })
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.on('error', () => {}).write(hello)
    socket.resume()
    await once(socket, 'end')
    // Who still writes hears at last that nobody is there.
    const dribble = setInterval(() => socket.writable && socket.write('x'), 100)
    t.teardown(() => clearInterval(dribble))
    await closed
    clearInterval(dribble)
  })
  await Promise.all(gone)
  t.pass()
})

test('acme-tls/1, and nothing else, gets the certificate of a challenge, and is over after the handshake', async (t) => {
  const openssl = findProgram(t, 'openssl', 'openssl')
  if (openssl === undefined) return
  const home = makeChain(t, openssl, 'rsa', ['dev.example'])
  const challenge = makeChain(t, openssl, 'ec', ['dev.example'])
  const shown = { cert: challenge.pushed.certificate, key: challenge.pushed.key }
  let requests = 0
  const listener = await startTlsListener(t, {
    certificates: [home.pushed],
    change: { alpnContext: (name) => (name === 'dev.example' ? shown : undefined) },
    async handle() {
      requests++
    },
  })
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const only = { minVersion: version, maxVersion: version, ALPNProtocols: ['acme-tls/1'] }
    const socket = await shake(listener, 'dev.example', only)
    t.is(socket.alpnProtocol, 'acme-tls/1')
    t.is((socket.getPeerX509Certificate() as X509Certificate).issuer, `CN=${challenge.issuer}`)
    socket.write('GET / HTTP/1.1\r\nHost: dev.example\r\n\r\n')
    socket.resume()
    await once(socket, 'close')
  }
  t.is(requests, 0)
  t.is(await alertTo(listener, { serverName: 'other.example', protocols: ['acme-tls/1'] }), ALERT.noApplicationProtocol)
  t.is(await alertTo(listener, { protocols: ['acme-tls/1'] }), ALERT.noApplicationProtocol)
  // Beside another protocol it is just one that isn't spoken here.
  const both = await shake(listener, 'dev.example', { ALPNProtocols: ['acme-tls/1', 'http/1.1'] })
  t.is(both.alpnProtocol, 'http/1.1')
  t.is((both.getPeerX509Certificate() as X509Certificate).issuer, `CN=${home.issuer}`)
  both.destroy()
  await t.throwsAsync(shake(listener, 'dev.example', { ALPNProtocols: ['h2'] }), { message: /no application protocol/ })
})

test('HSTS is said once everybody trusts the certificate, and unless it is switched off', async (t) => {
  const openssl = findProgram(t, 'openssl', 'openssl')
  if (openssl === undefined) return
  const [own, known] = ['own.example', 'known.example'].map((name) => makeChain(t, openssl, 'ec', [name]))
  const listener = await startTlsListener(t, {
    certificates: [own!.pushed, known!.pushed],
    publicRoots: [...rootCertificates.slice(0, 3), known!.root],
  })
  const [untrusted, trusted] = [await shake(listener, 'own.example'), await shake(listener, 'known.example')]
  t.notRegex(await ask(untrusted, 'own.example'), /strict-transport/i)
  const told = await ask(trusted, 'known.example')
  t.is(told.match(/^Strict-Transport-Security: max-age=15768000\r$/gm)?.length, 1, told)
  listener.settings.hsts = false
  t.notRegex(await ask(trusted, 'known.example'), /strict-transport/i)
  listener.settings.hsts = true
  trusted.write('no HTTP\r\n\r\n')
  const refused = String((await once(trusted, 'data'))[0])
  t.regex(refused, /^HTTP\/1\.1 400 [\s\S]*^Strict-Transport-Security: max-age=15768000\r$/m)
  for (const socket of [trusted, untrusted]) socket.destroy()
})

async function startWithOne(t: ExecutionContext): Promise<TlsListener | undefined> {
  const openssl = findProgram(t, 'openssl', 'openssl')
  return openssl === undefined
    ? undefined
    : startTlsListener(t, { certificates: [makeChain(t, openssl, 'ec', ['dev.example']).pushed] })
}
