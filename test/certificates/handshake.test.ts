import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { type AddressInfo, isIP } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ConnectionOptions, checkServerIdentity, connect, createServer } from 'node:tls'
import test from 'ava'
import { certificateFromFiles } from '../../src/certificates/files/certificate-from-files.ts'
import { localCertificate } from '../../src/certificates/local/local-certificate.ts'

// OpenSSL compares with the real clock, so here it is the real one.
const now = Date.now()
const names = ['dev.jasonhollis.com', 'localhost', '127.0.0.1', '::1']
const directory = await mkdtemp(join(tmpdir(), 'skillgate-tls-'))
const local = await localCertificate({ directory, names, now, randomBytes })
const ca = await readFile(local.caFile!)

const server = createServer({ cert: local.certificate, key: local.key, minVersion: 'TLSv1.2' }, (socket) =>
  socket.end(),
)
server.on('tlsClientError', () => {})
await once(server.listen(0, '127.0.0.1'), 'listening')
test.after.always(() => {
  server.close()
  return rm(directory, { recursive: true })
})

async function shake(name: string, options: ConnectionOptions) {
  const socket = connect({
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    servername: isIP(name) ? '' : name,
    checkServerIdentity: (_, certificate) => checkServerIdentity(name, certificate),
    rejectUnauthorized: true,
    ca: [ca],
    ...options,
  })
  await once(socket, 'secureConnect')
  const result = { protocol: socket.getProtocol(), cipher: socket.getCipher().name, authorized: socket.authorized }
  socket.destroy()
  return result
}

for (const name of names) {
  test(`a client that trusts the CA accepts ${name} over TLS 1.2 and 1.3`, async (t) => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const { protocol, authorized } = await shake(name, { minVersion: version, maxVersion: version })
      t.is(protocol, version)
      t.true(authorized)
    }
  })
}

test('a client that has only CBC suites gets through over TLS 1.2', async (t) => {
  const suite = 'ECDHE-RSA-AES128-SHA256'
  const { cipher } = await shake(names[0]!, { maxVersion: 'TLSv1.2', ciphers: suite })
  t.is(cipher, suite)
})

test('a client that does not trust the CA, or asks for another name, refuses', async (t) => {
  await t.throwsAsync(shake(names[0]!, { ca: [] }), { code: 'SELF_SIGNED_CERT_IN_CHAIN' })
  await t.throwsAsync(shake('other.example', {}), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
})

test('what the local CA made is accepted as files, too', async (t) => {
  const files = { certificate: join(directory, 'local.pem'), key: join(directory, 'local.key') }
  for (const host of [...names, '[::1]', 'LOCALHOST.']) {
    const read = await certificateFromFiles({ ...files, host, now })
    t.deepEqual([read.certificate, read.key], [local.certificate, local.key])
    // It works, but not with Alexa.
    t.is(read.warnings.length, 1)
    t.regex(read.warnings[0] ?? '', /whom not everybody trusts: Alexa will not link with it/)
  }
})
