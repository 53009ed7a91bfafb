import { randomBytes, X509Certificate } from 'node:crypto'
import test from 'ava'
import { leafEnd } from '../../../src/certificates/local/lifetimes.ts'
import { makeCaCertificate, makeLeafCertificate } from '../../../src/certificates/local/local-ca.ts'
import { newRsaKey } from '../../../src/certificates/local/new-rsa-key.ts'

const NOW = Date.UTC(2026, 10, 23, 6, 0, 0, 700)
const HOUR = 3_600_000
const DAY = 24 * HOUR
const [caKey, key] = await Promise.all([newRsaKey(), newRsaKey()])
const makeCa = (host: string, random: (size: number) => Buffer = randomBytes) =>
  new X509Certificate(makeCaCertificate({ key: caKey, host, now: NOW, randomBytes: random }))
const ca = makeCa('dev.jasonhollis.com')
const leafFor = (names: string[]) =>
  new X509Certificate(makeLeafCertificate({ ca, caKey, key, names, now: NOW, randomBytes }))
const leaf = leafFor(['dev.jasonhollis.com', 'localhost', '127.0.0.1', '::1'])
const wholeSecond = (time: number) => Math.floor(time / 1000) * 1000
const has = (certificate: X509Certificate, hex: string) => certificate.raw.toString('hex').includes(hex)

test('the CA may sign servers but no further CA, and signs itself', (t) => {
  t.true(ca.ca)
  t.true(ca.checkIssued(ca))
  t.true(ca.verify(ca.publicKey))
  t.true(has(ca, '0603551d130101ff040830060101ff020100'), 'basicConstraints critical, CA:TRUE, pathlen 0')
  t.true(has(ca, '0603551d0f0101ff040403020106'), 'keyUsage critical, keyCertSign and cRLSign')
  t.true(has(ca, '0603551d0e0416'), 'subjectKeyIdentifier')
  t.is(ca.signatureAlgorithm, 'sha256WithRSAEncryption')
})

test('the CA lasts ten years and its name tells it from others', (t) => {
  t.is(ca.validFromDate.getTime(), wholeSecond(NOW - HOUR))
  t.is(ca.validToDate.getTime(), wholeSecond(NOW - HOUR + 3650 * DAY))
  t.is(ca.subject, 'CN=Skillgate local CA for dev.jasonhollis.com (2026-11-23)')
})

test('a long host is cut so that the common name has no more than 64 characters', (t) => {
  const subject = makeCa(`${'very-'.repeat(20)}long.example`).subject!
  t.is(subject.length, 'CN='.length + 64)
  t.true(subject.endsWith(' (2026-11-23)'))
})

test('a serial number is positive and 16 bytes long whatever the random bytes are', (t) => {
  for (const fill of [0x00, 0x7f, 0x80, 0xff]) {
    const { serialNumber } = makeCa('localhost', (size) => Buffer.alloc(size, fill))
    t.is(serialNumber.length, 32)
    t.true(Number.parseInt(serialNumber.slice(0, 2), 16) < 0x80)
  }
})

test('the leaf is a server certificate, signed by the CA, and not itself a CA', (t) => {
  t.true(leaf.checkIssued(ca))
  t.true(leaf.verify(ca.publicKey))
  t.false(leaf.ca)
  t.deepEqual(leaf.keyUsage, ['1.3.6.1.5.5.7.3.1'])
  t.true(has(leaf, '0603551d130101ff04023000'), 'basicConstraints critical, CA:FALSE')
  t.true(has(leaf, '0603551d0f0101ff0404030205a0'), 'keyUsage critical, digitalSignature and keyEncipherment')
})

test("the leaf's authority key identifier is the CA's subject key identifier", (t) => {
  const hex = ca.raw.toString('hex')
  const at = hex.indexOf('0603551d0e04160414') + '0603551d0e04160414'.length
  t.true(has(leaf, `0603551d23041830168014${hex.slice(at, at + 40)}`))
})

test('the leaf lasts 397 days from an hour ago', (t) => {
  t.is(leaf.validFromDate.getTime(), wholeSecond(NOW - HOUR))
  t.is(leaf.validToDate.getTime(), wholeSecond(NOW - HOUR + 397 * DAY))
  t.is(leafEnd(NOW), leaf.validToDate.getTime())
})

test('the leaf is for DNS names, IPv4 and IPv6 addresses', (t) => {
  t.is(leaf.checkHost('localhost'), 'localhost')
  t.is(leaf.checkHost('dev.jasonhollis.com'), 'dev.jasonhollis.com')
  t.is(leaf.checkIP('127.0.0.1'), '127.0.0.1')
  t.is(leaf.checkIP('::1'), '::1')
  t.is(leaf.checkHost('other.example'), undefined)
})

test('a name too long for a common name is a subject alternative name all the same', (t) => {
  const name = `${'a'.repeat(60)}.home.example`
  const long = leafFor([name])
  t.is(long.subject, 'CN=Skillgate')
  t.is(long.checkHost(name), name)
})
