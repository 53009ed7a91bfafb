import { execFile } from 'node:child_process'
import { generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import test, { type ExecutionContext } from 'ava'
import { filesSource } from '../../../src/certificates/files/files-source.ts'
import { temporaryFolder } from '../../support/environment.ts'
import { issueCertificate } from '../../support/issue-certificate.ts'
import { findProgram } from '../../support/program.ts'

const NOW = Date.UTC(2026, 10, 23, 6)
const DAY = 86_400_000
const HOST = 'dev.example'
const PASSWORD = 'correct hörse'
const issuer = { subject: 'Issuing CA', key: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey }
const dates = { notBefore: NOW - DAY, notAfter: NOW + 89 * DAY }
const issuerPem = issueCertificate({ ...issuer, ...dates, isCa: true })
const KEYS = {
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  ec: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
}
const leafFor = (key: KeyObject) => issueCertificate({ subject: HOST, key, issuer, names: [HOST], ...dates })
const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString()

/** A file as OpenSSL makes it, the chain in the order in which it stands. */
async function exported(
  t: ExecutionContext,
  key: KeyObject,
  words: string[] = [],
  password = PASSWORD,
  chain = leafFor(key) + issuerPem,
): Promise<string | undefined> {
  const openssl = findProgram(t, 'openssl', 'openssl')
  if (openssl === undefined) return undefined
  const folder = temporaryFolder(t)
  const [input, output] = [join(folder, 'both.pem'), join(folder, 'home.p12')]
  writeFileSync(input, pem(key) + chain, { mode: 0o600 })
  const all = ['pkcs12', '-export', '-in', input, '-out', output, '-passout', 'env:P12', ...words]
  await promisify(execFile)(openssl, all, { env: { ...process.env, P12: password } })
  return output
}

function load(certificate: string, password?: string) {
  const options = { certificate, key: certificate, host: HOST, now: () => NOW }
  return filesSource(password === undefined ? options : { ...options, password: async () => password }).load()
}

const KINDS: Record<string, string[]> = {
  'AES-256 and SHA-256, as OpenSSL 3 does': [],
  'AES-128 and many rounds': ['-keypbe', 'AES-128-CBC', '-certpbe', 'AES-128-CBC', '-iter', '100000'],
  '3DES and RC2 of 40 bits, as older programs do': ['-legacy'],
  '3DES alone': ['-legacy', '-descert'],
  'nothing around its certificates': ['-certpbe', 'NONE'],
  'nothing at all': ['-certpbe', 'NONE', '-keypbe', 'NONE'],
}

for (const [kind, words] of Object.entries(KINDS)) {
  for (const [type, key] of Object.entries(KEYS)) {
    test(`a PKCS#12 file with ${kind}, and an ${type} key, is taken with its chain`, async (t) => {
      const file = await exported(t, key, words)
      if (file === undefined) return
      const [loaded] = await load(file, PASSWORD)
      t.true(new X509Certificate(loaded!.certificate).checkPrivateKey(key))
      t.is(loaded?.certificate.split('BEGIN CERTIFICATE').length, 3)
      t.true(loaded?.certificate.endsWith(issuerPem))
      t.is(loaded?.key, pem(key))
    })
  }
}

for (const [kind, words] of [
  ['newer', []],
  ['older', ['-legacy']],
] as const) {
  test(`a PKCS#12 file of a ${kind} program says what it lacks where its password is wrong, or none is written`, async (t) => {
    const file = await exported(t, KEYS.rsa, [...words])
    if (file === undefined) return
    for (let i = 0; i < 20; i++) {
      await t.throwsAsync(load(file, `wrong ${i}`), {
        code: 'key_encrypted',
        message: `tls.password does not open ${file}:  openssl pkcs12 -in ${file} -noout  asks for it.`,
      })
    }
    await t.throwsAsync(load(file), {
      code: 'key_encrypted',
      message: `${file} is encrypted with a password: write it as tls.password, in a file or a variable.`,
    })
  })
}

test('a PKCS#12 file without a password is taken without one', async (t) => {
  for (const words of [[], ['-legacy']]) {
    const file = await exported(t, KEYS.ec, words, '')
    if (file === undefined) return
    t.is((await load(file))[0]?.key, pem(KEYS.ec))
  }
})

test('in PKCS#12 the order of the chain means nothing', async (t) => {
  const file = await exported(t, KEYS.rsa, [], PASSWORD, issuerPem + leafFor(KEYS.rsa))
  if (file === undefined) return
  const [loaded] = await load(file, PASSWORD)
  t.is(new X509Certificate(loaded!.certificate).subject, `CN=${HOST}`)
  t.true(loaded?.certificate.endsWith(issuerPem))
})

test('a PKCS#12 file without a certificate, or without a key, says so', async (t) => {
  const bare = await exported(t, KEYS.rsa, ['-nocerts'])
  if (bare === undefined) return
  await t.throwsAsync(load(bare, PASSWORD), {
    code: 'certificate_invalid',
    message: `The PKCS#12 file ${bare} holds no certificate. Export it again, with the certificate and its chain.`,
  })
  const keyless = (await exported(t, KEYS.rsa, ['-nokeys'])) as string
  await t.throwsAsync(load(keyless, PASSWORD), {
    code: 'key_invalid',
    message: `The PKCS#12 file ${keyless} holds no private key. Export it again, with the private key.`,
  })
})

test('a PKCS#12 file with more rounds than anybody waits for is refused with the command that makes a PEM file', async (t) => {
  const message = (file: string) =>
    `${file} is encrypted in a way that Skillgate does not know. Make a PEM file of it:  openssl pkcs12 -legacy -in ${file} -nodes -out ${file}.pem`
  const modern = await exported(t, KEYS.rsa)
  if (modern === undefined) return
  const many = Buffer.from('0203ffffff', 'hex')
  const rounds = Buffer.from('02020800', 'hex')
  // 2048 rounds are 16 million then, and the lengths around are as before: the salt's last byte is given up for it.
  const bytes = readFileSync(modern)
  const at = bytes.indexOf(rounds)
  const changed = Buffer.concat([bytes.subarray(0, at - 1), many, bytes.subarray(at + rounds.length)])
  const salt = changed.lastIndexOf(Buffer.from([0x04]), at - 2)
  changed[salt + 1] = (changed[salt + 1] as number) - 1
  writeFileSync(modern, changed)
  await t.throwsAsync(load(modern, PASSWORD), { code: 'certificate_invalid', message: message(modern) })
})

test('a PKCS#12 file that is cut short or damaged anywhere is refused, or no worse for it', async (t) => {
  const file = await exported(t, KEYS.ec)
  if (file === undefined) return
  const whole = readFileSync(file)
  const expected = (await load(file, PASSWORD))[0]?.key
  const outcome = (bytes: Buffer) => {
    writeFileSync(file, bytes)
    return load(file, PASSWORD).then(
      ([loaded]) => loaded?.key,
      (error: Error) => error.name,
    )
  }
  for (let at = 0; at < whole.length; at += 23) {
    t.is(await outcome(whole.subarray(0, at)), 'CertificateError', `cut at ${at}`)
    const damaged = Buffer.from(whole)
    damaged[at] = (damaged[at] as number) ^ 0x55
    const found = await outcome(damaged)
    t.true(found === 'CertificateError' || found === expected, `byte ${at}: ${found}`)
  }
})
