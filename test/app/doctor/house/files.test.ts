import { chmodSync, chownSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { stringify } from 'yaml'
import { readableFiles } from '../../../../src/app/doctor/house/readable-files.ts'
import { secretFiles } from '../../../../src/app/doctor/house/secret-files.ts'
import { testEnvironment } from '../../../support/environment.ts'
import { testConfig } from '../../../support/gateway.ts'
import { look, patientIn, patientWith } from '../../../support/house-patient.ts'
import { folderForAll, mayBecomeAnother, NOBODY } from '../../../support/other-account.ts'

test('secrets that only their owner can read are good', async (t) => {
  const { patient, folder } = patientWith(t, () => {})
  for (const name of ['alexa.secret', 'skillgate.key', 'skillgate.db', 'audit.jsonl'])
    writeFileSync(join(folder, 'data', name), 'x', { mode: 0o600 })
  t.deepEqual(await look(secretFiles, patient), ['good: None is open to other accounts.'])
})

test('each secret that is open to others is to be kept in mind, with the command that closes it', async (t) => {
  const { patient, folder } = patientWith(t, () => {})
  for (const [name, mode, closed] of [
    ['alexa.secret', 0o644, '0600'],
    ['skillgate.key', 0o640, '0600'],
    ['skillgate.db', 0o604, '0600'],
    ['skillgate.db-wal', 0o666, '0600'],
    ['audit.jsonl', 0o620, '0600'],
  ] as const) {
    const file = join(folder, 'data', name)
    writeFileSync(file, 'x')
    chmodSync(file, mode)
    const [finding, ...others] = await secretFiles.look(patient)
    t.is(finding?.verdict, 'attention', name)
    t.is(finding?.found, `${file} is open to other accounts (mode ${mode.toString(8).padStart(4, '0')}).`)
    t.regex(finding?.remedy ?? '', new RegExp(`^chmod ${closed} ${file} `))
    t.deepEqual(others, [])
    chmodSync(file, 0o600)
  }
  chmodSync(join(folder, 'data'), 0o755)
  t.regex((await look(secretFiles, patient)).join(), /^attention: \S+data is open to other accounts \(mode 0755\)/)
})

/** The folder of a service that runs as nobody. */
function ofNobody(t: ExecutionContext) {
  const folder = folderForAll(t)
  const configFile = join(folder, 'gateway.yaml')
  const ca = join(folder, 'ca.pem')
  mkdirSync(join(folder, 'data'), { mode: 0o700 })
  writeFileSync(join(folder, 'data', 'skillgate.db'), '', { mode: 0o600 })
  writeFileSync(ca, '')
  const values = testConfig('https://127.0.0.1:1')
  values.upstreams['music-assistant'].ca = ca
  writeFileSync(configFile, stringify(values))
  for (const name of ['data', ...readdirSync(join(folder, 'data')).map((one) => join('data', one))])
    chownSync(join(folder, name), NOBODY, NOBODY)
  return { folder, ca, patient: patientIn({ configFile, ...testEnvironment(), port: 1, ca: '' }) }
}

test('what the account of the service can read is good, whoever looks', async (t) => {
  if (!mayBecomeAnother(t)) return
  const { patient, ca } = ofNobody(t)
  t.deepEqual(await look(readableFiles, patient), ['good: nobody can read all that the configuration names.'])
  // A group of its own is enough, and so is being allowed to by any other way that the system has.
  chownSync(ca, 0, NOBODY)
  chmodSync(ca, 0o640)
  t.deepEqual(await look(readableFiles, patient), ['good: nobody can read all that the configuration names.'])
  t.is(process.geteuid?.(), 0)
})

test('what it may not read is forbidden, and not damaged, whether the file is closed or a folder above it', async (t) => {
  if (!mayBecomeAnother(t)) return
  const { patient, ca, folder } = ofNobody(t)
  chmodSync(ca, 0o600)
  const [finding, ...others] = await readableFiles.look(patient)
  t.is(finding?.verdict, 'fault')
  t.is(finding?.found, `${ca} is there, and nobody, who owns data_dir, may not read it.`)
  t.regex(finding?.remedy ?? '', /sudo chgrp 65534 \S+ca\.pem && sudo chmod g\+r/)
  t.deepEqual(others, [])
  chmodSync(ca, 0o644)
  chmodSync(folder, 0o700)
  t.true((await look(readableFiles, patient)).every((found) => /^fault: \S+ is there, and nobody/.test(found)))
  t.is(process.geteuid?.(), 0)
})

test('what a command of another account has left in data_dir is a fault', async (t) => {
  if (!mayBecomeAnother(t)) return
  const { patient, folder } = ofNobody(t)
  writeFileSync(join(folder, 'data', 'skillgate.db-wal'), '', { mode: 0o600 })
  const [finding, ...others] = await readableFiles.look(patient)
  t.is(finding?.verdict, 'fault')
  t.regex(finding?.found ?? '', /skillgate\.db-wal belongs to root, and the gateway runs as nobody\.$/)
  t.deepEqual(others, [])
})
