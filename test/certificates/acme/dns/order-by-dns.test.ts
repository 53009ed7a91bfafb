import { generateKeyPairSync } from 'node:crypto'
import test from 'ava'
import { openDnsRecords } from '../../../../src/certificates/acme/dns/open-dns-records.ts'
import { orderCertificate } from '../../../../src/certificates/acme/order-certificate.ts'
import { parseCertificates } from '../../../../src/certificates/read-pem.ts'
import { namesOf } from '../../../../src/certificates/server-certificate.ts'
import { systemEnvironment } from '../../../../src/config/environment.ts'
import { startNameServer } from '../../../support/acme/name-server.ts'
import { startPebble } from '../../../support/acme/pebble.ts'

const NAMES = ['example.test', '*.example.test', 'music.example.test']

function newKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

test('a CA that asks BIND finds what was set there by RFC 2136, two values at one name too, and nothing stays behind', async (t) => {
  const server = await startNameServer(t)
  if (!server) return
  const pebble = await startPebble(t, { asks: `127.0.0.1:${server.port}` })
  if (!pebble) return
  const { port, keyName, key, openResolver } = server
  const told: string[] = []
  const tell = (sentence: string) => told.push(sentence)
  const dns = openDnsRecords(
    { by: 'rfc2136', server: `127.0.0.1:${port}`, key_name: keyName, key, algorithm: 'hmac-sha256', wait: 60 },
    { ...systemEnvironment, warn: tell, openResolver },
  )
  const { directory, roots } = pebble
  const { certificate } = await orderCertificate(
    {
      ...{ directory, roots, userAgent: 'Skillgate/test', names: NAMES, challenge: 'dns-01' },
      ...{ accountKey: newKey(), key: newKey(), termsOfServiceAgreed: true },
    },
    { dns, tell },
    systemEnvironment,
  )
  const [own] = parseCertificates(certificate, 'what came')
  t.deepEqual(own && namesOf(own).sort(), NAMES.toSorted())
  t.false(told.some((sentence) => sentence.includes('dns.wait')))
  t.deepEqual(await server.texts('_acme-challenge.example.test'), [])
  t.deepEqual(await server.texts('_acme-challenge.music.example.test'), [])
})
