import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { certificateFiles } from '../../../../src/app/doctor/house/certificate-files.ts'
import { DAY_MS, makeAmazon } from '../../../support/alexa-signing.ts'
import { look, patientWith } from '../../../support/house-patient.ts'

interface Files {
  names?: string[]
  days?: number
  leafAlone?: boolean
}

/** A gateway with a certificate of this kind in its files. */
function served(t: ExecutionContext, { names = ['dev.jasonhollis.com'], days = 90, leafAlone = false }: Files) {
  const until = Date.now() + days * DAY_MS
  const { signer, root, chain } = makeAmazon(
    { names, until, from: until - 100 * DAY_MS },
    { until: Date.now() + 400 * DAY_MS },
  )
  const { patient, folder } = patientWith(t, (config) => {
    config.tls = { source: 'files', certificate: 'chain.pem', key: 'chain.key' }
  })
  writeFileSync(join(folder, 'chain.pem'), leafAlone ? signer.pem : chain)
  writeFileSync(join(folder, 'chain.key'), signer.key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  return { patient: { ...patient, ways: { ...patient.ways, roots: [root.pem] } }, folder }
}

test('files with a whole chain, for long enough, are good', async (t) => {
  const { patient } = served(t, {})
  t.regex((await look(certificateFiles, patient)).join(), /^good: For dev\.jasonhollis\.com, until \d{4}-\d\d-\d\d\.$/)
})

test('one that ends soon, and one without its chain, are to be kept in mind', async (t) => {
  t.regex((await look(certificateFiles, served(t, { days: 5 }).patient)).join(), /^attention: .*expires in [45] days/)
  t.regex(
    (await look(certificateFiles, served(t, { leafAlone: true }).patient)).join(),
    /^attention: .*holds one certificate only/,
  )
})

test('one that has expired, or is for another name, or is not there, is a fault', async (t) => {
  t.regex((await look(certificateFiles, served(t, { days: -1 }).patient)).join(), /^fault: .*expired on/)
  t.regex(
    (await look(certificateFiles, served(t, { names: ['other.example'] }).patient)).join(),
    /^fault: .*is not for dev\.jasonhollis\.com/,
  )
  const { patient } = patientWith(t, (config) => {
    config.tls = { source: 'files', certificate: 'gone.pem', key: 'gone.key' }
  })
  t.regex((await look(certificateFiles, patient)).join(), /^fault: .*gone\.(pem|key)/)
})

test('the local CA is a fault, for nobody else trusts it, and no certificate is made by looking', async (t) => {
  const { patient } = patientWith(t, () => {})
  const [finding, ...others] = await certificateFiles.look(patient)
  t.like(finding, {
    verdict: 'fault',
    found: 'The certificate for dev.jasonhollis.com is of the local CA, which nobody else trusts.',
  })
  t.deepEqual(others, [])
})

test('with tls: none it says what the proxy in front has to do', async (t) => {
  const { patient } = patientWith(t, (config) => {
    Object.assign(config, { tls: 'none', listen: { plain: '127.0.0.1:0', trusted_proxies: ['127.0.0.1'] } })
  })
  t.regex(
    (await look(certificateFiles, patient)).join(),
    /^good: The proxy in front has them .*X-Forwarded-Proto: https/,
  )
})
