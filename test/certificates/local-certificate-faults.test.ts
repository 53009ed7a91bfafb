import { createPrivateKey, generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { copyFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'ava'
import { makeCaCertificate, makeLeafCertificate } from '../../src/certificates/local/local-ca.ts'
import {
  certificateIn,
  changed,
  consistent,
  copied,
  get,
  NOW,
  original,
  removeAll,
  stranger,
  temporary,
  text,
} from '../support/certificates.ts'

test.after.always(removeAll)

const caKey = createPrivateKey(readFileSync(join(original, 'local-ca.key')))
const strangerCa = readFileSync(join(stranger, 'local-ca.pem'), 'utf8')
const leafIn = (directory: string) => certificateIn(directory, 'local.pem')

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
