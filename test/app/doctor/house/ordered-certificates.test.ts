import { createPrivateKey } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { certificateFiles } from '../../../../src/app/doctor/house/certificate-files.ts'
import { openAcmeFiles } from '../../../../src/certificates/acme/acme-files.ts'
import { testEnvironment } from '../../../support/environment.ts'
import { look, patientWith } from '../../../support/house-patient.ts'
import { INTERMEDIATE, makeLeaf } from '../../../support/public-certificates.ts'

const NAMES = ['dev.jasonhollis.com']
const DIRECTORY = 'https://acme-v02.api.letsencrypt.org/directory'

function ordering(t: ExecutionContext, keys = ['rsa']) {
  const { patient, folder } = patientWith(t, (config) => {
    Object.assign(config, { tls: { source: 'acme', terms_of_service: 'accepted', challenge: 'tls-alpn-01', keys } })
    Object.assign(config.listen, { http: undefined })
  })
  const environment = testEnvironment()
  const files = openAcmeFiles(join(folder, 'data', 'acme'), DIRECTORY, environment)
  return {
    patient: { ...patient, environment: { ...patient.environment, now: Date.now } },
    files,
    keep(leaf: { pem: string; key: string }, kind: 'rsa' | 'ec' = 'rsa') {
      const file = files.certificateFile(NAMES, kind)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(
        file,
        `${leaf.pem}${INTERMEDIATE.pem}${createPrivateKey(leaf.key).export({ type: 'pkcs8', format: 'pem' })}`,
      )
    },
  }
}

test('before the first certificate it is a fault, with how often it failed and until when the CA wants to be left alone', async (t) => {
  const { patient, files } = ordering(t)
  const [first] = await certificateFiles.look(patient)
  t.is(first?.verdict, 'fault')
  t.regex(first?.found ?? '', /^There is no certificate for dev\.jasonhollis\.com yet\.$/)
  t.regex(first?.remedy ?? '', /npx skillgate start/)
  await files.keepTries(NAMES, { failures: 3, unfinished: 0, waitUntil: Date.now() + 3_600_000, triedAt: 0 })
  const [failed] = await certificateFiles.look(patient)
  t.regex(failed?.found ?? '', /The last 3 tries failed, and the CA asks to wait until \d{4}-/)
  t.regex(failed?.remedy ?? '', /npx skillgate cert get --staging/)
})

test('what is stored says until when, and from when it is renewed; a try that failed is kept in mind', async (t) => {
  const { patient, files, keep } = ordering(t)
  keep(makeLeaf())
  t.regex(
    (await look(certificateFiles, patient)).join(),
    /^good: For dev\.jasonhollis\.com \(RSA\), until \d{4}-\d\d-\d\d; renewed from \d{4}-\d\d-\d\d, or when the CA says\.$/,
  )
  await files.keepTries(NAMES, { failures: 1, unfinished: 0, waitUntil: 0, triedAt: 0 })
  t.regex((await look(certificateFiles, patient)).at(-1) ?? '', /^attention: .*The last try failed\.$/)
})

test('one that should have been renewed long ago is to be kept in mind, one that has ended or is none is a fault', async (t) => {
  const { patient, keep, files } = ordering(t)
  keep(makeLeaf({ from: -85, until: 5 }))
  t.regex((await look(certificateFiles, patient)).join(), /^attention: .*expires in [45] days/)
  keep(makeLeaf({ from: -90, until: -1 }))
  t.regex((await look(certificateFiles, patient)).join(), /^fault: .*expired/)
  writeFileSync(files.certificateFile(NAMES, 'rsa'), 'half wri')
  t.regex((await look(certificateFiles, patient)).join(), /^fault: /)
})
