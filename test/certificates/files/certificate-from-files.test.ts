import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { certificateFromFiles } from '../../../src/certificates/files/certificate-from-files.ts'
import { leafEnd } from '../../../src/certificates/local/lifetimes.ts'
import { makeCaCertificate, makeLeafCertificate } from '../../../src/certificates/local/local-ca.ts'
import { newRsaKey } from '../../../src/certificates/local/new-rsa-key.ts'

const NOW = Date.UTC(2026, 10, 23, 6)
const HOUR = 3_600_000
const DAY = 24 * HOUR
const HOST = 'dev.jasonhollis.com'
const [caKey, otherCaKey, key, otherKey] = await Promise.all([newRsaKey(), newRsaKey(), newRsaKey(), newRsaKey()])
const ecKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const makeCa = (issuerKey: KeyObject, host = HOST, now = NOW) =>
  makeCaCertificate({ key: issuerKey, host, now, randomBytes })
const ca = makeCa(caKey)
const leafOf = (leafKey: KeyObject, from = ca, now = NOW) =>
  makeLeafCertificate({
    ca: new X509Certificate(from),
    caKey,
    key: leafKey,
    names: [HOST, '10.0.0.2'],
    now,
    randomBytes,
  })
const leaf = leafOf(key)
/** In two parts, so that a search for keys in this repository finds none. */
const notAKey = ['BEGIN', 'END'].map((line) => `-----${line} PRIVATE KEY-----`).join('\nAAAA\n')
const keyText = (one: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1' = 'pkcs8') =>
  one.export({ type: type as 'pkcs8', format: 'pem' }).toString()

const directory = await mkdtemp(join(tmpdir(), 'skillgate-files-'))
test.after.always(() => rm(directory, { recursive: true }))
async function fileWith(text: string) {
  const path = join(directory, randomBytes(8).toString('hex'))
  await writeFile(path, text, { mode: 0o600 })
  return path
}
async function read(certificate: string, privateKey = keyText(key), now = NOW, host = HOST) {
  const files = { certificate: await fileWith(certificate), key: await fileWith(privateKey), roots: [ca] }
  return certificateFromFiles({ ...files, host, now })
}

/** The same certificate with other bytes in it, signed again by the CA: what node-forge can't make. */
function resigned(pem: string, from: Buffer, to: Buffer) {
  const raw = new X509Certificate(pem).raw
  const tbs = raw.subarray(4, 8 + raw.readUInt16BE(6))
  const at = tbs.indexOf(from)
  const body = Buffer.concat([tbs.subarray(4, at), to, tbs.subarray(at + from.length)])
  const newTbs = sequence(body)
  const algorithm = Buffer.from('300d06092a864886f70d01010b0500', 'hex')
  const signature = Buffer.concat([Buffer.from('0382010100', 'hex'), sign('sha256', newTbs, caKey)])
  const der = sequence(Buffer.concat([newTbs, algorithm, signature]))
  return new X509Certificate(der).toString()
}
function sequence(content: Buffer) {
  const header = Buffer.from([0x30, 0x82, 0, 0])
  header.writeUInt16BE(content.length, 2)
  return Buffer.concat([header, content])
}
const hex = (text: string) => Buffer.from(text, 'hex')
const spki = (one: KeyObject) => createPublicKey(one).export({ type: 'spki', format: 'der' })

test('a good chain and key are taken as they are, without a warning', async (t) => {
  const result = await read(leaf + ca)
  t.is(result.certificate, leaf + ca)
  t.is(result.key, keyText(key))
  t.deepEqual(result.names, [HOST, '10.0.0.2'])
  t.is(result.notBefore, NOW - HOUR)
  t.is(result.notAfter, leafEnd(NOW))
  t.false(result.made)
  t.is(result.caFile, undefined)
  t.deepEqual(result.warnings, [])
})

test('one file may hold both the chain and the key, and the key never ends up in the chain', async (t) => {
  const both = `${keyText(key, 'pkcs1')}# fullchain\n${leaf}${ca}`
  const result = await read(both, both)
  t.false(result.certificate.includes('PRIVATE'))
  t.is(result.key, keyText(key))
})

test('an IP address is a host like any other', async (t) => {
  await t.notThrowsAsync(read(leaf + ca, keyText(key), NOW, '10.0.0.2'))
  await t.throwsAsync(read(leaf + ca, keyText(key), NOW, '10.0.0.3'), { code: 'certificate_wrong_name' })
})

test('a file that is missing is named', async (t) => {
  const [certificate, missing] = [await fileWith(leaf + ca), join(directory, 'nowhere.pem')]
  const files = { certificate, key: await fileWith(keyText(key)), host: HOST, now: NOW }
  for (const wrong of [{ certificate: missing }, { key: missing }]) {
    const error = await t.throwsAsync(certificateFromFiles({ ...files, ...wrong }), { code: 'file_missing' })
    t.true(error?.message.startsWith(missing))
  }
  await t.throwsAsync(certificateFromFiles({ ...files, key: directory }), { code: 'file_unreadable' })
})

const half = leaf.slice(0, leaf.length / 2)
for (const [title, text, message] of [
  ['empty', '', /no whole certificate/],
  ['a key', keyText(key), /swapped/],
  ['cut short', half, /no whole certificate/],
  ['whole but followed by one cut short', leaf + ca.slice(0, ca.length / 2), /cut short/],
  ['whole but preceded by one cut short', half + leaf + ca, /cut short/],
  ['not a certificate inside', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', /damaged/],
] as const) {
  test(`a certificate file that is ${title} is refused`, async (t) => {
    await t.throwsAsync(read(text), { code: 'certificate_invalid', message })
  })
}

for (const [title, text, message] of [
  ['empty', '', /no whole private key/],
  ['a certificate', leaf, /swapped/],
  ['cut short', keyText(key).slice(0, 800), /no whole private key/],
  ['not a key inside', notAKey, /damaged/],
] as const) {
  test(`a key file that is ${title} is refused`, async (t) => {
    await t.throwsAsync(read(leaf + ca, text), { code: 'key_invalid', message })
  })
}

test('an encrypted key is refused with the command that decrypts it', async (t) => {
  const secret = { format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' } as const
  for (const type of ['pkcs8', 'pkcs1'] as const) {
    const encrypted = key.export({ ...secret, type }).toString()
    await t.throwsAsync(read(leaf + ca, encrypted), { code: 'key_encrypted', message: /openssl pkey -in/ })
  }
})

test('the key of another certificate is refused, of whatever kind', async (t) => {
  await t.throwsAsync(read(leaf + ca, keyText(otherKey)), { code: 'key_mismatch' })
  await t.throwsAsync(read(leaf + ca, keyText(ecKey)), { code: 'key_mismatch' })
})

test('a chain upside down is refused, and the error says which one comes first', async (t) => {
  await t.throwsAsync(read(ca + leaf), { code: 'chain_out_of_order', message: /belongs to certificate 2/ })
})

test('a chain in which one did not issue the one before it is refused', async (t) => {
  const stranger = makeCa(otherCaKey, 'another.example')
  await t.throwsAsync(read(leaf + stranger), { code: 'chain_out_of_order', message: /Certificate 2.*another\.example/ })
  await t.throwsAsync(read(leaf + ca + stranger), { code: 'chain_out_of_order', message: /Certificate 3/ })
  await t.throwsAsync(read(leaf + makeCa(caKey, 'same-key.example')), { code: 'chain_out_of_order' })
  await t.throwsAsync(read(leaf + leaf + ca), { code: 'chain_out_of_order' })
})

test('an issuer of the right name whose key did not sign is refused', async (t) => {
  const unidentified = resigned(leaf, hex('0603551d23'), hex('0603551d7f'))
  await t.notThrowsAsync(read(unidentified + ca))
  await t.throwsAsync(read(unidentified + makeCa(otherCaKey)), { code: 'chain_out_of_order' })
})

test('a certificate is accepted from its first to its last second', async (t) => {
  const [start, end] = [NOW - HOUR, leafEnd(NOW)]
  await t.notThrowsAsync(read(leaf + ca, keyText(key), start))
  await t.throwsAsync(read(leaf + ca, keyText(key), start - 1), { code: 'certificate_not_yet_valid', message: /clock/ })
  await t.notThrowsAsync(read(leaf + ca, keyText(key), end))
  const expired = await t.throwsAsync(read(leaf + ca, keyText(key), end + 1), { code: 'certificate_expired' })
  t.regex(expired?.message ?? '', /Certificate 1 .* expired on 2027-12-25/)
})

test('an issuer in the chain that has expired is refused', async (t) => {
  const oldCa = makeCa(caKey, HOST, NOW - 3650 * DAY)
  await t.throwsAsync(read(leafOf(key, oldCa) + oldCa), { code: 'certificate_expired', message: /Certificate 2/ })
})

test('a certificate for another host is refused, and the error lists its names', async (t) => {
  const error = await t.throwsAsync(read(leaf + ca, keyText(key), NOW, 'jasonhollis.com'), {
    code: 'certificate_wrong_name',
  })
  t.regex(error?.message ?? '', /not for jasonhollis\.com.*dev\.jasonhollis\.com, 10\.0\.0\.2/)
})

test('a host that is only the common name does not count', async (t) => {
  const nameless = resigned(leaf, hex('0603551d11'), hex('0603551d7f'))
  t.is(new X509Certificate(nameless).checkHost(HOST), HOST)
  await t.throwsAsync(read(nameless + ca), { code: 'certificate_wrong_name', message: /no name at all/ })
})

test('a certificate that is for clients only is refused', async (t) => {
  const usage = (last: string) => resigned(leaf, hex('06082b06010505070301'), hex(last))
  await t.throwsAsync(read(usage('06082b06010505070302') + ca), { code: 'certificate_wrong_purpose' })
  await t.notThrowsAsync(read(usage('0604551d250006022a03') + ca), 'anyExtendedKeyUsage, and one nobody knows')
  const unlimited = resigned(leaf, hex('0603551d25'), hex('0603551d7f'))
  await t.notThrowsAsync(read(unlimited + ca))
})

test('a key that is too small is refused', async (t) => {
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
  await t.throwsAsync(read(leafOf(small) + ca, keyText(small)), { code: 'key_weak', message: /1024 bits, too small/ })
})

test('an EC key works, with the warning that Alexa wants RSA', async (t) => {
  const ec = resigned(leaf, spki(key), spki(ecKey))
  for (const type of ['pkcs8', 'sec1'] as const) {
    const { warnings, key: read8 } = await read(ec + ca, keyText(ecKey, type))
    t.is(warnings.length, 1)
    t.regex(warnings[0]!, /ec key: Alexa wants RSA/)
    t.is(read8, keyText(ecKey))
  }
})

test('an issuer that ends first decides how long the chain is good', async (t) => {
  const oldCa = makeCa(caKey, HOST, NOW - 3640 * DAY)
  const { notAfter } = await read(leafOf(key, oldCa) + oldCa)
  t.is(notAfter, NOW - HOUR + 10 * DAY)
})

test('a certificate of a CA that not everybody trusts is a warning', async (t) => {
  const oldCa = makeCa(otherCaKey, 'private.example')
  const own = makeLeafCertificate({
    ca: new X509Certificate(oldCa),
    caKey: otherCaKey,
    key,
    names: [HOST],
    now: NOW,
    randomBytes,
  })
  const { warnings } = await read(own + oldCa)
  t.is(warnings.length, 1)
  t.regex(
    warnings[0]!,
    /is of CN=Skillgate local CA for private\.example .*, whom not everybody trusts: Alexa will not/,
  )
})

test('a certificate without its issuers is a warning', async (t) => {
  const { warnings } = await read(leaf)
  t.is(warnings.length, 1)
  t.regex(warnings[0]!, /whole chain/)
})
