import { createPrivateKey, randomBytes } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { openSource } from '../../../src/app/certificates/open-source.ts'
import { temporaryFolder } from '../../support/environment.ts'
import { chainFor, DAY, HOST, keyPem } from '../../support/served-certificates.ts'

const NOW = Date.UTC(2026, 10, 23, 6)
const environment = { now: () => NOW, randomBytes }
const PASSWORD = 'correct horse'

test('the password of a key is read from its file at each load, and what is missing is said', async (t) => {
  const folder = temporaryFolder(t)
  const [certificate, password] = [join(folder, 'home.pem'), join(folder, 'password')]
  const key = createPrivateKey(keyPem())
  const encrypted = key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: PASSWORD })
  writeFileSync(certificate, chainFor(NOW - DAY) + encrypted)
  writeFileSync(password, `${PASSWORD}\n`)
  const settings = { source: 'files', certificate, password: { file: password } } as const
  const source = openSource({ name: 'files', names: [HOST], settings }, environment)
  t.is((await source.load())[0]?.key, keyPem())
  writeFileSync(password, 'another')
  await t.throwsAsync(source.load(), { code: 'key_encrypted' })
  rmSync(password)
  await t.throwsAsync(source.load(), {
    name: 'StartError',
    message: `${password} is not there: write the password of the certificate's key into it, or take tls.password out of the configuration.`,
  })
})

test('a certificate for other names is told where the name is written that it is wanted for', async (t) => {
  const certificate = join(temporaryFolder(t), 'home.pem')
  writeFileSync(certificate, chainFor(NOW - DAY) + keyPem(), { mode: 0o600 })
  const settings = { source: 'files', certificate } as const
  const said = (name: string) => openSource({ name, names: ['other.example'], settings }, environment).load()
  await t.throwsAsync(said('files'), { message: /is not for other\.example, the host of public_url; it is for/ })
  await t.throwsAsync(said('files other.example'), {
    message: /is not for other\.example, a name in tls\.hosts; it is/,
  })
})
