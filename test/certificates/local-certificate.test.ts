import { spawn } from 'node:child_process'
import { createPrivateKey, generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { copyFile, cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { makeCaCertificate, makeLeafCertificate } from '../../src/certificates/local-ca.ts'
import { localCertificate } from '../../src/certificates/local-certificate.ts'

const NOW = Date.UTC(2026, 10, 23, 6)
const DAY = 86_400_000
const NAMES = ['dev.jasonhollis.com', 'localhost', '127.0.0.1', '::1']
const FILES = ['local-ca.key', 'local-ca.pem', 'local.key', 'local.pem']

const root = await mkdtemp(join(tmpdir(), 'skillgate-local-'))
const temporary = () => mkdtemp(join(root, 'certs-'))
const get = (directory: string, now = NOW, names = NAMES) => localCertificate({ directory, names, now, randomBytes })
const text = (directory: string, name: string) => readFile(join(directory, name), 'utf8')
const certificateIn = async (directory: string, name: string) => new X509Certificate(await text(directory, name))

// Two sets, made once; every test works on a copy of one of them.
const [original, stranger] = [await temporary(), await temporary()]
await Promise.all([get(original), get(stranger)])
test.after.always(() => rm(root, { recursive: true }))

const caKey = createPrivateKey(readFileSync(join(original, 'local-ca.key')))
const strangerCa = readFileSync(join(stranger, 'local-ca.pem'), 'utf8')
const leafIn = (directory: string) => certificateIn(directory, 'local.pem')

async function copied() {
  const directory = await temporary()
  await cp(original, directory, { recursive: true })
  return directory
}

async function consistent(directory: string) {
  const [ca, leaf] = [await certificateIn(directory, 'local-ca.pem'), await certificateIn(directory, 'local.pem')]
  return (
    ca.checkPrivateKey(createPrivateKey(await text(directory, 'local-ca.key'))) &&
    leaf.checkPrivateKey(createPrivateKey(await text(directory, 'local.key'))) &&
    leaf.checkIssued(ca) &&
    leaf.verify(ca.publicKey) &&
    (await text(directory, 'local.pem')).endsWith(await text(directory, 'local-ca.pem'))
  )
}

/** Which of the four files differ from the ones in `original`. */
async function changed(directory: string) {
  const same = await Promise.all(FILES.map(async (f) => (await text(directory, f)) === (await text(original, f))))
  return FILES.filter((_, index) => !same[index])
}

test('the first start makes a folder of its own, a CA and a certificate', async (t) => {
  const directory = join(await temporary(), 'deep', 'certs')
  const made = await get(directory)
  t.deepEqual((await readdir(directory)).sort(), FILES)
  t.true(await consistent(directory))
  t.true(made.made)
  t.deepEqual(made.names, ['dev.jasonhollis.com', 'localhost', '127.0.0.1', '0:0:0:0:0:0:0:1'])
  t.is(made.notAfter, NOW - 3_600_000 + 397 * DAY)
  t.is(made.caFile, join(directory, 'local-ca.pem'))
  t.is((await stat(directory)).mode & 0o777, 0o700)
  for (const key of ['local-ca.key', 'local.key']) t.is((await stat(join(directory, key))).mode & 0o777, 0o600)
})

test('a later start keeps everything', async (t) => {
  const directory = await copied()
  const again = await get(directory)
  t.false(again.made)
  t.deepEqual(await changed(directory), [])
  t.is(again.key, await text(original, 'local.key'))
  t.is(again.certificate, await text(original, 'local.pem'))
})

test('the certificate is kept with 30 days left and renewed a millisecond later, under the same CA', async (t) => {
  const directory = await copied()
  const end = (await certificateIn(directory, 'local.pem')).validToDate.getTime()
  t.false((await get(directory, end - 30 * DAY)).made)
  t.true((await get(directory, end - 30 * DAY + 1)).made)
  t.deepEqual(await changed(directory), ['local.pem'])
  t.true(await consistent(directory))
})

test('a name that is new renews the certificate, one that is gone does not', async (t) => {
  const directory = await copied()
  t.false((await get(directory, NOW, ['localhost'])).made)
  const renewed = await get(directory, NOW, ['gate.home.example', '[::1]', '10.0.0.2'])
  t.true(renewed.made)
  t.deepEqual(renewed.names, ['gate.home.example', '0:0:0:0:0:0:0:1', '10.0.0.2'])
  t.deepEqual(await changed(directory), ['local.pem'])
})

test('no name at all is refused', async (t) => {
  await t.throwsAsync(get(await copied(), NOW, []), { code: 'no_names' })
})

/** The same certificate with a signature that is wrong. */
function tampered(certificate: X509Certificate) {
  const raw = Buffer.from(certificate.raw)
  raw[raw.length - 1]! ^= 1
  return new X509Certificate(raw).toString()
}

for (const [title, spoil] of [
  ['missing', (d) => rm(join(d, 'local.pem'))],
  ['damaged', (d) => writeFile(join(d, 'local.pem'), 'not a certificate')],
  ['signed by another CA', (d) => copyFile(join(stranger, 'local.pem'), join(d, 'local.pem'))],
  ['without the CA behind it', async (d) => writeFile(join(d, 'local.pem'), `${await certificateIn(d, 'local.pem')}`)],
  ['followed by another CA', async (d) => writeFile(join(d, 'local.pem'), (await leafIn(d)) + strangerCa)],
  [
    'tampered with',
    async (d) => writeFile(join(d, 'local.pem'), tampered(await leafIn(d)) + (await text(d, 'local-ca.pem'))),
  ],
  [
    'of a CA with the same key and another name',
    async (d) => {
      const renewed = makeCaCertificate({ key: caKey, host: 'renewed.example', now: NOW, randomBytes })
      await writeFile(join(d, 'local-ca.pem'), renewed)
      await get(d)
      await writeFile(join(d, 'local.pem'), (await leafIn(d)) + (await text(original, 'local-ca.pem')))
      await copyFile(join(original, 'local-ca.pem'), join(d, 'local-ca.pem'))
    },
  ],
] as [string, (directory: string) => Promise<void>][]) {
  test(`a certificate that is ${title} is remade for the same key and CA`, async (t) => {
    const directory = await copied()
    await spoil(directory)
    t.true((await get(directory)).made)
    t.deepEqual(await changed(directory), ['local.pem'])
    t.true(await consistent(directory))
  })
}

test('a certificate that begins in the future is remade', async (t) => {
  const directory = await copied()
  await rm(join(directory, 'local.pem'))
  await get(directory, NOW + 2 * 3_600_000)
  t.true((await get(directory)).made)
})

test("another key than the certificate's is kept, and the certificate remade for it", async (t) => {
  const directory = await copied()
  await copyFile(join(stranger, 'local.key'), join(directory, 'local.key'))
  t.true((await get(directory)).made)
  t.is(await text(directory, 'local.key'), await text(stranger, 'local.key'))
  t.true(await consistent(directory))
})

const pem = { format: 'pem', type: 'pkcs8' } as const
const ecKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export(pem)
const shortKey = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export(pem)
for (const [title, content] of [
  ['missing', undefined],
  ['damaged', 'not a key'],
  ['not RSA', ecKey],
  ['too short', shortKey],
] as const) {
  test(`a key of the certificate that is ${title} is remade, and its certificate too`, async (t) => {
    const directory = await copied()
    const path = join(directory, 'local.key')
    await (content === undefined ? rm(path) : writeFile(path, content))
    t.true((await get(directory)).made)
    t.deepEqual(await changed(directory), ['local.key', 'local.pem'])
    t.not(await text(directory, 'local.key'), `${content}`)
    t.true(await consistent(directory))
    t.is((await stat(path)).mode & 0o777, 0o600)
  })
}

test('a CA that ends before a new certificate would is renewed with it, one that lasts just as long is not', async (t) => {
  const directory = await copied()
  const end = (await certificateIn(directory, 'local-ca.pem')).validToDate.getTime()
  const lastMoment = end - 397 * DAY + 3_600_000
  await get(directory, lastMoment)
  t.deepEqual(await changed(directory), ['local.pem'])
  t.is((await certificateIn(directory, 'local.pem')).validToDate.getTime(), end)
  await rm(join(directory, 'local.pem'))
  await get(directory, lastMoment + 1000)
  t.deepEqual(await changed(directory), ['local-ca.pem', 'local.pem'])
  t.true(await consistent(directory))
})

test('an old CA stays for as long as the certificate it signed is good', async (t) => {
  const directory = await copied()
  const end = (await certificateIn(directory, 'local-ca.pem')).validToDate.getTime()
  await get(directory, end - 397 * DAY + 3_600_000)
  t.false((await get(directory, end - 31 * DAY)).made)
})

test('a certificate that would outlive its CA is remade with a new CA', async (t) => {
  const directory = await copied()
  const [ca, caKey] = [
    await certificateIn(directory, 'local-ca.pem'),
    createPrivateKey(await text(directory, 'local-ca.key')),
  ]
  const key = createPrivateKey(await text(directory, 'local.key'))
  const now = ca.validToDate.getTime() - 100 * DAY
  const leaf = makeLeafCertificate({ ca, caKey, key, names: NAMES, now, randomBytes })
  await writeFile(join(directory, 'local.pem'), leaf + ca.toString())
  t.true((await get(directory, now)).made)
  t.deepEqual(await changed(directory), ['local-ca.pem', 'local.pem'])
})

test('an expired CA is replaced, even when its key is lost', async (t) => {
  const directory = await copied()
  const end = (await certificateIn(directory, 'local-ca.pem')).validToDate.getTime()
  await rm(join(directory, 'local-ca.key'))
  await t.throwsAsync(get(directory, end), { code: 'ca_key_missing' })
  t.true((await get(directory, end + 1)).made)
  t.deepEqual(await changed(directory), ['local-ca.key', 'local-ca.pem', 'local.pem'])
  t.true(await consistent(directory))
})

test('a CA key that a crash left without its certificate gets one', async (t) => {
  const directory = await temporary()
  await copyFile(join(original, 'local-ca.key'), join(directory, 'local-ca.key'))
  await get(directory)
  t.is(await text(directory, 'local-ca.key'), await text(original, 'local-ca.key'))
  t.true(await consistent(directory))
})

async function selfSigned(directory: string) {
  const ca = await certificateIn(directory, 'local-ca.pem')
  return makeLeafCertificate({ ca, caKey, key: caKey, names: ['localhost'], now: NOW, randomBytes })
}
const foreign = makeCaCertificate({
  key: caKey,
  host: 'with, a comma',
  now: NOW,
  randomBytes,
})
for (const [title, code, spoil] of [
  ['whose key is missing', 'ca_key_missing', (d) => rm(join(d, 'local-ca.key'))],
  [
    "with another CA's key",
    'ca_key_mismatch',
    (d) => copyFile(join(stranger, 'local-ca.key'), join(d, 'local-ca.key')),
  ],
  ['whose key is damaged', 'key_invalid', (d) => writeFile(join(d, 'local-ca.key'), 'not a key')],
  ['whose key is not RSA', 'key_invalid', (d) => writeFile(join(d, 'local-ca.key'), ecKey)],
  ['that is damaged', 'certificate_invalid', (d) => writeFile(join(d, 'local-ca.pem'), 'not a certificate')],
  [
    'that is no CA',
    'ca_foreign',
    async (d) => writeFile(join(d, 'local-ca.pem'), `${await certificateIn(d, 'local.pem')}`),
  ],
  ['with more behind it', 'ca_foreign', (d) => writeFile(join(d, 'local-ca.pem'), strangerCa, { flag: 'a' })],
  ['with a subject of another kind', 'ca_foreign', (d) => writeFile(join(d, 'local-ca.pem'), foreign)],
  [
    'whose signature is wrong',
    'ca_foreign',
    async (d) => writeFile(join(d, 'local-ca.pem'), tampered(await certificateIn(d, 'local-ca.pem'))),
  ],
  ['that may sign nothing', 'ca_foreign', async (d) => writeFile(join(d, 'local-ca.pem'), await selfSigned(d))],
] as [string, string, (directory: string) => Promise<void>][]) {
  test(`a CA ${title} is never replaced: the error says what to do`, async (t) => {
    const directory = await copied()
    await spoil(directory)
    const before = await readdir(directory)
    const caBefore = await text(directory, 'local-ca.pem')
    const error = await t.throwsAsync(get(directory), { code })
    t.regex(error?.message ?? '', /remove both|tls\.source: files/)
    t.true(error?.message.includes(directory))
    t.is(await text(directory, 'local-ca.pem'), caBefore)
    t.deepEqual(await readdir(directory), before)
  })
}

test('a CA that begins in the future is an error about the clock', async (t) => {
  const directory = await copied()
  const start = (await certificateIn(directory, 'local-ca.pem')).validFromDate.getTime()
  await t.notThrowsAsync(get(await copied(), start))
  await t.throwsAsync(get(directory, start - 1), { code: 'certificate_not_yet_valid', message: /clock/ })
  t.deepEqual(await changed(directory), [])
})

test('a folder that cannot be made is a clear error', async (t) => {
  const directory = join(original, 'local.pem', 'certs')
  const error = await t.throwsAsync(get(directory), { code: 'file_unwritable' })
  t.true(error?.message.includes(directory))
})

test('a folder where a file should be is an error, and is not removed', async (t) => {
  await t.throwsAsync(get(join(await copied(), 'local.pem')), { code: 'file_unwritable' })
})

test('a certificate that changes under our hands is an error, not an endless loop', async (t) => {
  const directory = await copied()
  await rm(join(directory, 'local.pem'))
  const keys = await Promise.all([text(original, 'local.key'), text(stranger, 'local.key')])
  let turn = 0
  const meddling = (size: number) => {
    if (size === 16) writeFileSync(join(directory, 'local.key'), keys[++turn % 2]!)
    return randomBytes(size)
  }
  const options = { directory, names: NAMES, now: NOW, randomBytes: meddling }
  await t.throwsAsync(localCertificate(options), { code: 'unsettled' })
})

for (const name of ['local-ca.key', 'local.key']) {
  test(`a ${name} that another process makes meanwhile is kept`, async (t) => {
    const directory = await temporary()
    const path = join(directory, name)
    const key = await text(stranger, name)
    const racing = (size: number) => {
      if (!existsSync(path)) writeFileSync(path, key)
      return randomBytes(size)
    }
    // For the CA's key this is the first thing asked for; the certificate's key comes after a CA that is there.
    if (name === 'local.key')
      for (const file of FILES.slice(0, 2)) await copyFile(join(original, file), join(directory, file))
    await localCertificate({ directory, names: NAMES, now: NOW, randomBytes: racing })
    t.is(await text(directory, name), key)
    t.true(await consistent(directory))
  })
}

test('many calls at once end with one CA and a pair that matches', async (t) => {
  const directory = join(await temporary(), 'certs')
  const all = await Promise.all(Array.from({ length: 6 }, () => get(directory)))
  t.true(await consistent(directory))
  const key = await text(directory, 'local.key')
  const ca = await text(directory, 'local-ca.pem')
  t.true(all.every((one) => one.key === key))
  t.true(all.every(({ certificate }) => certificate.endsWith(new X509Certificate(ca).toString())))
  t.deepEqual((await readdir(directory)).sort(), FILES)
})

test('processes that start at once end with one CA and a pair that matches', async (t) => {
  const directory = join(await temporary(), 'certs')
  const module = new URL('../../src/certificates/local-certificate.ts', import.meta.url)
  const script = `
    import { randomBytes } from 'node:crypto'
    import { localCertificate } from '${module}'
    const options = { directory: process.argv[1], names: ['localhost'], now: ${NOW}, randomBytes }
    process.stdout.write((await localCertificate(options)).key)`
  const run = async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, directory], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const output = child.stdout.setEncoding('utf8').toArray()
    const [status] = await once(child, 'close')
    return { status, key: (await output).join('') }
  }
  const ends = await Promise.all([run(), run(), run()])
  t.true(await consistent(directory))
  const key = await text(directory, 'local.key')
  for (const end of ends) t.deepEqual(end, { status: 0, key })
})
