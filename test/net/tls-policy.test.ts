import { once } from 'node:events'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import test, { type ExecutionContext } from 'ava'
import { startTestHouse } from '../support/gateway.ts'

/** The name that the gateway's own certificate has, and none, which gets there without the SNI callback. */
const SERVER_NAMES = ['dev.jasonhollis.com', '']

async function shake(port: number, options: ConnectionOptions): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options })
  await once(socket, 'secureConnect')
  return socket
}

/** @returns the cipher that was agreed on, or the code of why none was. */
async function agreed(port: number, options: ConnectionOptions): Promise<string> {
  try {
    const socket = await shake(port, options)
    const { name } = socket.getCipher()
    socket.destroy()
    return name
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error)
  }
}

/** A client that would take anything. */
const CARELESS = { minVersion: 'TLSv1', maxVersion: 'TLSv1.2' } as const

test('75. a cipher that is NULL, anonymous, of static RSA or of a finite field is refused, with SNI and without', async (t) => {
  const { port } = await startTestHouse(t)
  for (const servername of SERVER_NAMES) {
    for (const ciphers of ['eNULL', 'aNULL', 'AES128-GCM-SHA256', 'AES256-SHA', 'kDHE']) {
      const offered = { ...CARELESS, servername, ciphers: `${ciphers}:@SECLEVEL=0` }
      t.regex(await agreed(port, offered), /ALERT_HANDSHAKE_FAILURE$/, ciphers)
    }
  }
})

test('75. clients of TLS 1.3, and of 1.2 with an AEAD or, as some of Amazon, with CBC alone, get in', async (t) => {
  const { port } = await startTestHouse(t)
  for (const servername of SERVER_NAMES) {
    t.is(await agreed(port, { servername }), 'TLS_AES_128_GCM_SHA256')
    for (const cipher of ['ECDHE-RSA-AES256-GCM-SHA384', 'ECDHE-RSA-CHACHA20-POLY1305', 'ECDHE-RSA-AES128-SHA']) {
      t.is(await agreed(port, { servername, maxVersion: 'TLSv1.2', ciphers: cipher }), cipher)
    }
  }
})

test('75. TLS 1.1, and a key agreement over a finite field, are refused', async (t) => {
  const { port } = await startTestHouse(t)
  const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const
  const field = { minVersion: 'TLSv1.3', ecdhCurve: 'ffdhe2048' } as const
  for (const servername of SERVER_NAMES) {
    t.regex(await agreed(port, { ...old, servername }), /PROTOCOL_VERSION/)
    t.regex(await agreed(port, { ...field, servername }), /HANDSHAKE_FAILURE/)
    t.is(await agreed(port, { minVersion: 'TLSv1.3', ecdhCurve: 'P-256', servername }), 'TLS_AES_128_GCM_SHA256')
  }
})

test('75. of what a client offers the best is taken, not what it names first', async (t) => {
  const { port } = await startTestHouse(t)
  const ciphers = 'ECDHE-RSA-AES256-SHA:ECDHE-RSA-AES128-GCM-SHA256'
  t.is(await agreed(port, { maxVersion: 'TLSv1.2', ciphers }), 'ECDHE-RSA-AES128-GCM-SHA256')
})

test('75. a client that wants another handshake on the same connection is not given one', async (t) => {
  const { port } = await startTestHouse(t)
  t.regex(await renegotiate(t, port), /RENEGOTIATION/)
})

async function renegotiate(t: ExecutionContext, port: number): Promise<string> {
  const socket = await shake(port, { maxVersion: 'TLSv1.2' })
  t.teardown(() => socket.destroy())
  const failed = once(socket, 'error').then(([error]) => String((error as NodeJS.ErrnoException).code))
  const asked = new Promise<string>((resolve) => {
    socket.renegotiate({}, (error) => resolve(error ? String((error as NodeJS.ErrnoException).code) : 'done'))
  })
  return Promise.race([failed, asked])
}
