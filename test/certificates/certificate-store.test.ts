import { generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto'
import test from 'ava'
import { openCertificateStore } from '../../src/certificates/certificate-store.ts'
import { leafEnd } from '../../src/certificates/local/lifetimes.ts'
import { makeCaCertificate, makeLeafCertificate } from '../../src/certificates/local/local-ca.ts'
import { newRsaKey } from '../../src/certificates/local/new-rsa-key.ts'
import type { ServerCertificate } from '../../src/certificates/server-certificate.ts'

const NOW = Date.UTC(2026, 10, 23, 6)
const [caKey, key, otherKey] = await Promise.all([newRsaKey(), newRsaKey(), newRsaKey()])
const ca = makeCaCertificate({ key: caKey, host: 'dev.jasonhollis.com', now: NOW, randomBytes })
const keyText = (one = key) => one.export({ type: 'pkcs8', format: 'pem' }).toString()

/** What a source pushes. */
function certificateFor(names: string[], now = NOW): ServerCertificate {
  const leaf = makeLeafCertificate({ ca: new X509Certificate(ca), caKey, key, names, now, randomBytes })
  return {
    certificate: leaf + ca,
    key: keyText(),
    names,
    notBefore: now,
    notAfter: leafEnd(now),
    made: false,
    warnings: [],
  }
}

const home = certificateFor(['dev.jasonhollis.com'])
const wild = certificateFor(['*.example.com', 'example.com'])
const exact = certificateFor(['music.example.com', 'DEV.example.com'])

function openWith(...certificates: ServerCertificate[]) {
  let now = NOW
  const store = openCertificateStore({ now: () => now })
  store.push('files', certificates)
  const move = (time: number) => {
    now = time
  }
  return { ...store, move }
}

test('an empty store has nothing to serve, and says so without throwing', (t) => {
  const store = openCertificateStore({ now: () => NOW })
  t.is(store.find('dev.jasonhollis.com'), undefined)
  t.is(store.find(undefined), undefined)
  t.deepEqual(store.list(), [])
  t.notThrows(() => store.push('acme', []))
})

test('an exact name comes before a wildcard, which stands for one label; who asks for none gets the default', (t) => {
  const { find } = openWith(home, wild, exact)
  const [ofHome, ofWild, ofExact] = ['dev.jasonhollis.com', 'example.com', 'music.example.com'].map(find)
  t.is(new Set([ofHome, ofWild, ofExact, undefined]).size, 4)
  t.is(find('other.example.com'), ofWild)
  for (const name of ['deep.other.example.com', '.example.com', 'unknown.example']) t.is(find(name), undefined, name)
  t.is(find(undefined), ofHome)
})

test('case and the dot of the root make no difference', (t) => {
  const { find } = openWith(home, wild, exact)
  t.is(find('MUSIC.Example.com.'), find('music.example.com'))
  t.is(find('dev.example.com'), find('music.example.com'))
  t.is(find('Other.EXAMPLE.com.'), find('example.com'))
})

test('whatever else a client sends as a name, there is nothing for it', (t) => {
  const { find } = openWith(home, wild)
  const strange = [
    ...['', '.', '..', '*', '*.com', 'com', '__proto__', 'constructor', '__proto__.example', 'x'.repeat(300), 'ÿþ\0\n'],
    ...[`${'x.'.repeat(150)}example.com`, '\ud800', 'example.com\0', 'a\n.b'],
  ]
  for (const name of strange) t.is(find(name), undefined, JSON.stringify(name))
})

test('the default is the first one pushed, also after its source has pushed again', (t) => {
  const store = openWith(home)
  store.push('acme', [exact])
  t.is(store.find(undefined)?.cert[0], home.certificate)
  t.is(store.find(undefined)?.key[0], home.key)
  store.push('files', [wild])
  t.is(store.find(undefined)?.cert[0], wild.certificate)
  t.is(store.find('dev.jasonhollis.com'), undefined)
})

test('a push takes the place of what the same source had, and of nothing else', (t) => {
  const store = openWith(home)
  store.push('acme', [exact])
  const kept = store.find('dev.jasonhollis.com')
  store.push('acme', [wild])
  t.is(store.find('dev.jasonhollis.com'), kept)
  t.is(store.find('music.example.com'), store.find('example.com'))
  store.push('acme', [])
  t.is(store.find('music.example.com'), undefined)
})

test('of two certificates with one name the first is served', (t) => {
  const store = openWith(home, exact)
  const before = store.find('music.example.com')
  store.push('acme', [certificateFor(['music.example.com', 'new.example.com'])])
  t.is(store.find('music.example.com'), before)
  t.not(store.find('new.example.com'), before)
})

test('the list says what is served, and no secret', (t) => {
  const store = openWith(home)
  store.push('acme', [wild])
  t.deepEqual(store.list(), [
    {
      source: 'files',
      names: ['dev.jasonhollis.com'],
      keyType: 'rsa',
      notAfter: leafEnd(NOW),
      isDefault: true,
    },
    {
      source: 'acme',
      names: ['*.example.com', 'example.com'],
      keyType: 'rsa',
      notAfter: leafEnd(NOW),
      isDefault: false,
    },
  ])
  t.notRegex(JSON.stringify(store.list()), /KEY/)
})

test('names and dates are those of the certificate, whatever the source says', (t) => {
  const store = openWith(home, { ...exact, names: ['dev.jasonhollis.com', 'claimed.example'], notAfter: 1 })
  t.is(store.find('claimed.example'), undefined)
  t.is(store.list()[1]?.notAfter, leafEnd(NOW))
})

test('everybody trusts what a root of theirs has signed, whether or not it is sent along', (t) => {
  for (const [publicRoots, certificate, isPublic] of [
    [[ca], home.certificate, true],
    [[otherCa, ca], ownLeaf, true],
    [[otherCa], home.certificate, false],
    [[], home.certificate, false],
    [undefined, home.certificate, false],
  ] as const) {
    const store = openCertificateStore({ now: () => NOW, publicRoots })
    store.push('files', [{ ...home, certificate }])
    t.is(store.find(undefined)?.isPublic, isPublic)
  }
})

test('a CA that only has the name of a public root is trusted by nobody', (t) => {
  const double = makeCaCertificate({ key: otherKey, host: 'dev.jasonhollis.com', now: NOW, randomBytes })
  t.is(new X509Certificate(double).subject, new X509Certificate(ca).subject)
  const store = openCertificateStore({ now: () => NOW, publicRoots: [double] })
  store.push('files', [home])
  t.false(store.find(undefined)?.isPublic)
})

test('the host of a request is one of the names, whatever its port, case and spelling', (t) => {
  const { find } = openWith(certificateFor(['dev.example', '*.music.example', '127.0.0.1', '::1']))
  const served = find(undefined)!
  const good = [
    'dev.example',
    'DEV.example:8443',
    'dev.example.',
    'a.music.example',
    '127.0.0.1:1',
    '[::1]',
    '[0:0::1]:9',
  ]
  for (const host of good) t.true(served.isFor(host), host)
  for (const host of ['music.example', 'a.b.music.example', '127.0.0.2', '[::2]', 'example', '', 'dev.example:x'])
    t.false(served.isFor(host), host)
})

test('who listens hears of each change, and of nothing that changes nothing', (t) => {
  const store = openWith(home)
  const before = store.find(undefined)
  let heard = 0
  const stop = store.onChange(() => {
    heard++
  })
  store.push('files', [{ ...home }])
  store.push('acme', [])
  t.is(heard, 0)
  t.is(store.find(undefined), before)
  store.push('files', [home, wild])
  t.is(heard, 1)
  t.is(store.find(undefined), before)
  store.push('files', [wild, home])
  t.is(heard, 2)
  t.throws(() => store.push('files', [{ ...home, key: '' }]))
  t.is(heard, 2)
  stop()
  store.push('files', [exact])
  t.is(heard, 2)
})

const [ownLeaf = ''] = home.certificate.split(/(?<=-----END CERTIFICATE-----\n)/)
const otherCa = makeCaCertificate({ key: otherKey, host: 'another.example', now: NOW, randomBytes })
const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
const smallLeaf = makeLeafCertificate({
  ca: new X509Certificate(ca),
  caKey,
  key: small,
  names: ['small.example'],
  now: NOW,
  randomBytes,
})
for (const [title, change, code] of [
  ['nothing at all', { certificate: '', key: '' }, 'certificate_invalid'],
  ['no key', { key: '' }, 'key_invalid'],
  ['no certificate', { certificate: '' }, 'certificate_invalid'],
  ['the key of another', { key: keyText(otherKey) }, 'key_mismatch'],
  ['a certificate cut short', { certificate: home.certificate.slice(0, -100) }, 'certificate_invalid'],
  ['a chain upside down', { certificate: ca + ownLeaf }, 'chain_out_of_order'],
  ['an issuer that did not sign', { certificate: ownLeaf + otherCa }, 'chain_out_of_order'],
  [
    'a certificate that has expired',
    certificateFor(['dev.jasonhollis.com'], NOW - 500 * 86_400_000),
    'certificate_expired',
  ],
  ['a certificate of tomorrow', certificateFor(['dev.jasonhollis.com'], NOW + 86_400_000), 'certificate_not_yet_valid'],
  ['a key too small for OpenSSL', { certificate: smallLeaf + ca, key: keyText(small) }, 'certificate_refused'],
] as [string, Partial<ServerCertificate>, string][]) {
  test(`a push of ${title} is refused whole, and what was served stays`, (t) => {
    const store = openWith(home, wild)
    const before = [store.find(undefined), store.find('example.com'), store.list()]
    t.throws(() => store.push('files', [exact, { ...home, ...change }]), { code, name: 'CertificateError' })
    t.deepEqual([store.find(undefined), store.find('example.com'), store.list()], before)
    t.is(store.find(undefined), before[0] as never)
    t.is(store.find('music.example.com'), before[1] as never)
    t.is(store.find('DEV.example.com'), before[1] as never)
  })
}

test('the error of a push says who brought it, and not what the key is', (t) => {
  const error = t.throws(() => openWith({ ...home, key: keyText(otherKey) }))
  t.regex(error?.message ?? '', /what files brought/)
  t.false(error?.message.includes(keyText(otherKey).split('\n')[1] as string))
})

test('the last certificate is not taken away', (t) => {
  const store = openWith(home)
  t.throws(() => store.push('files', []), { code: 'nothing_left' })
  t.truthy(store.find(undefined))
  store.push('acme', [exact])
  t.notThrows(() => store.push('files', []))
  t.is(store.find(undefined)?.cert[0], exact.certificate)
})

test('a certificate is pushed good until its last second, and goes on being served after it', (t) => {
  const store = openWith(home)
  store.move(leafEnd(NOW))
  t.notThrows(() => store.push('files', [home]))
  store.move(leafEnd(NOW) + 1)
  t.throws(() => store.push('files', [home]), { code: 'certificate_expired' })
  t.truthy(store.find('dev.jasonhollis.com'))
})
