import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { rootCertificates } from 'node:tls'
import test from 'ava'
import { checkChain } from '../../../src/alexa/signatures/check-chain.ts'
import { trustedRoots } from '../../../src/alexa/signatures/trusted-roots.ts'
import { GatewayError } from '../../../src/http/gateway-error.ts'
import { seededRandom } from '../../faults/seeded-random.ts'
import {
  DAY_MS,
  type Issued,
  makeAmazon,
  makeCertificate,
  newKey,
  ofCa,
  ofSigner,
} from '../../support/alexa-signing.ts'
import { isRefused } from '../../support/refused.ts'

const amazon = makeAmazon()
const { root, middle, signer } = amazon
const NOW = Date.now()
const check =
  (chain: string, roots = [root.pem], now = NOW) =>
  () =>
    checkChain(chain, trustedRoots(roots), now)
const pems = (...chain: Issued[]) => chain.map(({ pem }) => pem).join('')

test('a chain up to a trusted root is taken, and is good for as long as all of it is', (t) => {
  const signing = checkChain(amazon.chain, trustedRoots([root.pem]), NOW)
  t.is(signing.key.asymmetricKeyType, 'rsa')
  t.true(signing.from <= NOW && signing.until > NOW + 29 * DAY_MS)
  const short = makeAmazon({ until: NOW + DAY_MS })
  t.true(checkChain(short.chain, trustedRoots([short.root.pem]), NOW).until <= NOW + DAY_MS)
})

test('what comes after the first that a trusted root has issued does not count', (t) => {
  const other = makeCertificate({ ca: true, subject: 'Older Root', until: NOW - 1 })
  t.notThrows(check(pems(signer, middle, root)), 'the root itself comes too')
  t.notThrows(check(pems(signer, middle, root, other)), 'and one that has expired')
  t.notThrows(check(pems(signer), [middle.pem]), 'the CA is trusted itself')
})

test('an untrusted root, a rogue CA of the same name and an empty trust store are refused', async (t) => {
  const rogue = makeCertificate({ ca: true, subject: 'Test Root', key: newKey() })
  const rogueMiddle = makeCertificate({ ca: true, subject: 'Test CA', issuer: rogue, key: newKey() })
  const forged = pems(makeCertificate({ issuer: rogueMiddle }), rogueMiddle, rogue)
  await isRefused(t, 'root-not-trusted', check(forged))
  await isRefused(t, 'root-not-trusted', check(amazon.chain, []), 'an empty trust store')
  await isRefused(t, 'root-not-trusted', check(amazon.chain, [...rootCertificates]), 'only the real ones')
  await isRefused(t, 'root-not-trusted', check(pems(signer)), 'the CA between is missing')
  const alone = makeCertificate({})
  await isRefused(t, 'root-not-trusted', check(pems(alone)), 'self-signed')
  await isRefused(t, 'root-not-trusted', check(pems(alone), [alone.pem]), 'a root is no signer')
})

test('a broken chain is refused', async (t) => {
  const other = makeCertificate({ ca: true, subject: 'Other CA', issuer: root, key: newKey() })
  await isRefused(t, 'chain-broken', check(pems(signer, other, middle)))
  const sameName = makeCertificate({ ca: true, subject: 'Test CA', issuer: root, key: newKey() })
  await isRefused(t, 'chain-broken', check(pems(signer, sameName)), 'the same name and another key')
})

test('a certificate that has expired or is not yet valid is refused, wherever it stands', async (t) => {
  const expired = makeAmazon({ from: NOW - 3 * DAY_MS, until: NOW - DAY_MS })
  await isRefused(t, 'certificate-expired', check(expired.chain, [expired.root.pem]))
  const early = makeAmazon({ from: NOW + DAY_MS, until: NOW + 3 * DAY_MS })
  await isRefused(t, 'certificate-not-yet-valid', check(early.chain, [early.root.pem]))
  const middleKey = newKey()
  const stale = makeCertificate({ ca: true, subject: 'Stale CA', issuer: root, key: middleKey, until: NOW - 1 })
  await isRefused(t, 'certificate-expired', check(pems(makeCertificate({ issuer: stale }), stale)))
  const staleRoot = makeCertificate({ ca: true, subject: 'Test Root', until: NOW - 1 })
  await isRefused(t, 'root-not-trusted', check(amazon.chain, [staleRoot.pem]), 'a root too')
})

test('it is asked at the very time: both sides of the last second', async (t) => {
  const until = Math.floor(NOW / 1000) * 1000 + DAY_MS
  const short = makeAmazon({ until })
  t.notThrows(check(short.chain, [short.root.pem], until))
  await isRefused(t, 'certificate-expired', check(short.chain, [short.root.pem], until + 1))
})

test('the wrong SAN is refused, whatever the common name says', async (t) => {
  const named = (...names: string[]) => {
    const one = makeAmazon({ names })
    return check(one.chain, [one.root.pem])
  }
  t.notThrows(named('other.example', 'echo-api.amazon.com'))
  await isRefused(t, 'certificate-name', named('echo-api.amazon.com.evil.example'))
  await isRefused(t, 'certificate-name', named('*.amazon.com'), 'a wildcard')
  await isRefused(t, 'certificate-name', named('amazon.com'))
  const without = makeAmazon({ extensions: ofSigner().slice(0, 3) })
  await isRefused(t, 'certificate-name', check(without.chain, [without.root.pem]), 'none at all')
})

test('only a CA may issue, and only so far down as it may', async (t) => {
  const key = newKey()
  const noCa = makeCertificate({ subject: 'No CA', issuer: root, key, extensions: ofSigner().slice(0, 2) })
  await isRefused(t, 'chain-broken', check(pems(makeCertificate({ issuer: noCa }), noCa)))
  const mayNotSign = makeCertificate({
    ...{ ca: true, subject: 'No signer', issuer: root, key },
    extensions: [ofCa()[0] as object, { name: 'keyUsage', cRLSign: true, critical: true }],
  })
  await isRefused(t, 'chain-broken', check(pems(makeCertificate({ issuer: mayNotSign }), mayNotSign)))
  const low = makeCertificate({ ca: true, subject: 'Low', issuer: root, key: newKey(), pathLength: 0 })
  t.notThrows(check(pems(makeCertificate({ issuer: low }), low)))
  const below = makeCertificate({ ca: true, subject: 'Below', issuer: low, key })
  await isRefused(t, 'chain-broken', check(pems(makeCertificate({ issuer: below }), below, low)))
})

test('a certificate for something else, or with a key that may not sign, is refused', async (t) => {
  const [, usage, , names] = ofSigner() as [object, object, object, object]
  const forMail = makeAmazon({ extensions: [usage, { name: 'extKeyUsage', emailProtection: true }, names] })
  await isRefused(t, 'certificate-purpose', check(forMail.chain, [forMail.root.pem]))
  const agreeing = makeAmazon({ extensions: [{ name: 'keyUsage', keyEncipherment: true, critical: true }, names] })
  await isRefused(t, 'certificate-purpose', check(agreeing.chain, [agreeing.root.pem]))
  const plain = makeAmazon({ extensions: [names] })
  t.notThrows(check(plain.chain, [plain.root.pem]), 'one that says nothing may do all')
})

test('what is critical and not understood is refused, and so are limits to names', async (t) => {
  const unknown = makeAmazon({ extensions: [...ofSigner(), { id: '1.2.3.4', critical: true, value: '\x05\x00' }] })
  await isRefused(t, 'chain-broken', check(unknown.chain, [unknown.root.pem]))
  const harmless = makeAmazon({ extensions: [...ofSigner(), { id: '1.2.3.4', value: '\x05\x00' }] })
  t.notThrows(check(harmless.chain, [harmless.root.pem]))
  const limited = makeCertificate({
    ...{ ca: true, subject: 'Limited', issuer: root, key: newKey() },
    extensions: [...ofCa(), { id: '2.5.29.30', value: '\x30\x00' }],
  })
  await isRefused(t, 'chain-broken', check(pems(makeCertificate({ issuer: limited }), limited)))
})

test('a weak key and a weak signature are refused', async (t) => {
  const weak = makeAmazon({ key: newKey(1024) })
  await isRefused(t, 'certificate-key', check(weak.chain, [weak.root.pem]))
  const old = makeAmazon({ digest: 'sha1' })
  await isRefused(t, 'chain-broken', check(old.chain, [old.root.pem]))
})

test('a CA between with a weak key or a weak signature is refused, too', async (t) => {
  const weak = makeCertificate({ ca: true, subject: 'Weak CA', issuer: root, key: newKey(1024) })
  await isRefused(t, 'certificate-key', check(pems(makeCertificate({ issuer: weak }), weak)))
  const old = makeCertificate({ ca: true, subject: 'Old CA', issuer: root, key: newKey(), digest: 'sha1' })
  await isRefused(t, 'chain-broken', check(pems(makeCertificate({ issuer: old }), old)))
})

test('a CA that is only for mail makes no signer, whatever that one says of itself', async (t) => {
  const mail = makeCertificate({
    ...{ ca: true, subject: 'Mail CA', issuer: root, key: newKey() },
    extensions: [...ofCa(), { name: 'extKeyUsage', emailProtection: true }],
  })
  await isRefused(t, 'certificate-purpose', check(pems(makeCertificate({ issuer: mail }), mail)))
  const servers = makeCertificate({
    ...{ ca: true, subject: 'Server CA', issuer: root, key: newKey() },
    extensions: [...ofCa(), { name: 'extKeyUsage', serverAuth: true }],
  })
  t.notThrows(check(pems(makeCertificate({ issuer: servers }), servers)))
})

test('a certificate with one extension twice is refused', async (t) => {
  const twice = makeAmazon({
    extensions: [...ofSigner(), { id: '1.2.3.4', value: '\x05\x00' }, { id: '1.2.3.4', value: '\x05\x00' }],
  })
  await isRefused(t, 'chain-malformed', check(twice.chain, [twice.root.pem]))
})

test('a signer that comes twice, after its CA, or among others is refused', async (t) => {
  await isRefused(t, 'chain-broken', check(pems(signer, signer, middle)))
  await isRefused(t, 'certificate-name', check(pems(middle, signer)))
  const other = makeCertificate({ names: ['other.example'], issuer: middle })
  await isRefused(t, 'chain-broken', check(pems(signer, other, middle)))
})

test('garbage, no certificate, half a one and too many are refused', async (t) => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  for (const text of ['', 'garbage', '<html></html>', key, signer.pem.slice(0, 500)])
    await isRefused(t, 'chain-malformed', check(text), text.slice(0, 20))
  const damaged = signer.pem.replace(/\n[A-Za-z0-9+/]{64}\n/, '\nAAAA\n')
  await isRefused(t, 'chain-malformed', check(damaged))
  await isRefused(t, 'chain-malformed', check(pems(...Array(9).fill(signer))))
})

test('the chain that Amazon signed with in 2023 is good by the roots of Node, and was not before and after', async (t) => {
  const file = new URL('../../../node_modules/alexa-verifier/test/mocks/echo-api-cert-12.cer', import.meta.url)
  const real = readFileSync(file, 'latin1')
  const at = (day: string) => check(real, [...rootCertificates], Date.parse(day))
  const signing = at('2023-08-01')()
  t.is(signing.until, Date.parse('2023-12-23T23:59:59Z'))
  await isRefused(t, 'certificate-not-yet-valid', at('2023-03-15'))
  await isRefused(t, 'certificate-expired', at('2023-12-24'))
})

test('whatever becomes of the bytes of a certificate, it is refused, with no error of ours', async (t) => {
  const random = seededRandom(t)
  const bytesOf = ({ pem }: Issued) => Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64')
  const inPem = (der: Buffer) => `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`
  for (let i = 0; i < 1000; i++) {
    const chain = [bytesOf(signer), bytesOf(middle)]
    const changed = chain[random(2)] as Buffer
    const at = random(changed.length)
    changed[at] = (changed[at] as number) ^ (1 + random(255))
    const error = t.throws(check(chain.map(inPem).join('')), { instanceOf: GatewayError }, `byte ${at}`)
    t.is(error?.code, 'skill_request_refused')
  }
})
