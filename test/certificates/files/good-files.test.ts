import { generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto'
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { certificateFromFiles } from '../../../src/certificates/files/certificate-from-files.ts'
import { temporaryFolder } from '../../support/environment.ts'
import { chainFor, DAY, HOST, keyPem, servedOf } from '../../support/served-certificates.ts'

const NOW = Date.UTC(2026, 10, 23, 6)
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
const strong = generateKeyPairSync('rsa', { modulusLength: 3072 }).privateKey
const PASSWORD = 'correct hörse'

function openFolder(t: ExecutionContext) {
  const folder = temporaryFolder(t)
  const [certificate, key] = [join(folder, 'fullchain.pem'), join(folder, 'privkey.pem')]
  const write = (path: string, text: string) => writeFileSync(path, text, { mode: 0o600 })
  return { folder, certificate, key, write }
}

interface Options {
  now?: number
  host?: string
  names?: string[]
  password?: string
  served?: string
  of?: KeyObject
}

function load(
  { certificate, key }: { certificate: string; key: string },
  { now = NOW, host = HOST, names = [host], password, served, of }: Options = {},
) {
  const before = served === undefined ? undefined : servedOf(served, of)
  return certificateFromFiles({ certificate, key, host, names, now, password, roots: [] }, before)
}

const chain = chainFor(NOW - DAY)

for (const [what, text] of Object.entries({
  'line ends of Windows': chain.replaceAll('\n', '\r\n'),
  'a byte order mark': `\u{feff}${chain}`,
  'comments before, between and after': `# mine -- made by hand\n${chain.replaceAll('-----BEGIN', 'subject=CN = x - y\n\n-----BEGIN')}\n# the end`,
  'no line end at its end': chain.trimEnd(),
  'its key before it': keyPem() + chain,
  'its key after it': chain + keyPem(),
})) {
  test(`a chain with ${what} is taken whole`, async (t) => {
    const folder = openFolder(t)
    folder.write(folder.certificate, text)
    folder.write(folder.key, keyPem())
    t.is((await load(folder)).certificate, chain)
  })
}

test('a key with parameters before it, with a byte order mark, or with line ends of Windows is taken', async (t) => {
  const folder = openFolder(t)
  folder.write(folder.certificate, chainFor(NOW - DAY, { of: ec }))
  const sec1 = ec.export({ type: 'sec1', format: 'pem' }).toString()
  const parameters = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n'
  for (const text of [parameters + sec1, `\u{feff}${sec1}`, sec1.replaceAll('\n', '\r\n')]) {
    folder.write(folder.key, text)
    t.is((await load(folder)).key, keyPem(ec))
  }
})

test('an encrypted key is read with its password, in its newer and its older form, also in the file of the chain', async (t) => {
  const folder = openFolder(t)
  const of = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const own = chainFor(NOW - DAY, { of })
  for (const type of ['pkcs8', 'pkcs1'] as const) {
    const secret = { format: 'pem', cipher: 'aes-256-cbc', passphrase: PASSWORD } as const
    const encrypted = of.export({ ...secret, type }).toString()
    folder.write(folder.certificate, encrypted + own)
    const { key, certificate } = await load({ ...folder, key: folder.certificate }, { password: PASSWORD })
    t.is(key, keyPem(of))
    t.is(certificate, own)
  }
})

test('a password for a key that needs none does no harm', async (t) => {
  const folder = openFolder(t)
  folder.write(folder.certificate, chain + keyPem())
  t.is((await load({ ...folder, key: folder.certificate }, { password: PASSWORD })).certificate, chain)
})

test('certbot’s links are followed, before and after a renewal turns them', async (t) => {
  const { folder, write } = openFolder(t)
  const [live, archive] = [join(folder, 'live', 'home'), join(folder, 'archive', 'home')]
  for (const one of [live, archive]) mkdirSync(one, { recursive: true })
  const next = chainFor(NOW - DAY)
  const files = { certificate: join(live, 'fullchain.pem'), key: join(live, 'privkey.pem') }
  for (const [number, text] of [chain, next].entries()) {
    write(join(archive, `fullchain${number}.pem`), text)
    write(join(archive, `privkey${number}.pem`), keyPem())
    for (const name of ['fullchain', 'privkey']) {
      symlinkSync(`../../archive/home/${name}${number}.pem`, join(live, 'next'))
      renameSync(join(live, 'next'), join(live, `${name}.pem`))
    }
    t.is((await load(files)).certificate, text)
  }
})

test('a wildcard is for one label, and what is wanted for a wildcard has to be one', async (t) => {
  const folder = openFolder(t)
  folder.write(folder.certificate, chainFor(NOW - DAY, { names: ['*.home.example'] }) + keyPem())
  const files = { ...folder, key: folder.certificate }
  for (const host of ['music.home.example', '*.home.example', 'MUSIC.home.example'])
    await t.notThrowsAsync(load(files, { host }), host)
  for (const host of ['home.example', 'a.music.home.example', '*.music.home.example', '*.example'])
    await t.throwsAsync(load(files, { host }), { code: 'certificate_wrong_name' }, host)
  folder.write(folder.certificate, chainFor(NOW - DAY, { names: ['music.home.example'] }) + keyPem())
  await t.throwsAsync(load(files, { host: '*.home.example' }), { code: 'certificate_wrong_name' })
})

test('what is weaker is refused beside what is served, and taken at a start, or once that has ended', async (t) => {
  const folder = openFolder(t)
  const files = { ...folder, key: folder.certificate }
  folder.write(folder.certificate, chainFor(NOW - DAY, { of: ec }) + keyPem(ec))
  const served = chainFor(NOW - 80 * DAY)
  await t.throwsAsync(load(files, { served }), { code: 'certificate_weaker', message: /RSA of 2048 bits was served/ })
  t.is((await load(files)).warnings.length, 2, 'an EC key, and a CA that not everybody trusts')
  await t.notThrowsAsync(load(files, { served: chainFor(NOW - 91 * DAY) }))
})

test('what is as good or better is taken: a larger key, RSA in place of EC, other names besides', async (t) => {
  const folder = openFolder(t)
  const files = { ...folder, key: folder.certificate }
  folder.write(folder.certificate, chainFor(NOW - DAY, { of: strong, names: [HOST, 'more.example'] }) + keyPem(strong))
  await t.notThrowsAsync(load(files, { served: chain }))
  await t.notThrowsAsync(load(files, { served: chainFor(NOW - DAY, { of: ec }), of: ec }))
  await t.notThrowsAsync(load(files, { served: chain, names: [HOST, 'never.covered.example'] }))
})

test('a certificate that has no chain is taken where none had one', async (t) => {
  const folder = openFolder(t)
  const files = { ...folder, key: folder.certificate }
  const alone = (text: string) => new X509Certificate(text).toString()
  folder.write(folder.certificate, alone(chainFor(NOW - DAY)) + keyPem())
  await t.notThrowsAsync(load(files, { served: alone(chain) }))
  await t.throwsAsync(load(files, { served: chain }), { code: 'certificate_weaker', message: /chain is not complete/ })
})
