import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { stringify } from 'yaml'
import type { Examination, Finding, Patient } from '../../src/app/doctor/examination.ts'
import { loadConfig } from '../../src/config/load.ts'
import { temporaryFolder, testEnvironment } from './environment.ts'
import { type TestConfig, type TestHouse, testConfig } from './gateway.ts'

/** A house as a doctor sees it, on a machine that says nothing of itself: that one is no business of the test's. */
export function patientIn(
  house: Pick<TestHouse, 'configFile' | 'now' | 'randomBytes' | 'port' | 'ca'>,
  change: Partial<Patient> = {},
): Patient {
  const { configFile, now, randomBytes, port, ca } = house
  return {
    config: loadConfig(configFile, {}),
    configFile,
    // Its clock stands still, so that how fast the machine is doesn't matter.
    environment: { now, randomBytes, monotonic: () => 0 },
    reach: 'everything',
    ways: { resolve: async () => [], connectTo: { host: '127.0.0.1', port }, roots: [ca] },
    system: () => undefined,
    ...change,
  }
}

/** What is not as it should be. */
export function troubles(findings: Finding[]): Finding[] {
  return findings.filter(({ verdict }) => verdict !== 'good')
}

/** The same of a configuration that nobody serves. @param music where its Music Assistant is. */
export function patientWith(t: ExecutionContext, change: (config: TestConfig) => void, music = 'http://127.0.0.1:1') {
  const folder = temporaryFolder(t)
  mkdirSync(join(folder, 'data'), { mode: 0o700 })
  const values = testConfig(music)
  Reflect.deleteProperty(values.upstreams, 'dead')
  values.routes = values.routes.filter(({ path }) => path !== '/dead')
  change(values)
  const configFile = join(folder, 'gateway.yaml')
  writeFileSync(configFile, stringify(values), { mode: 0o600 })
  return { folder, patient: patientIn({ configFile, ...testEnvironment(), port: 1, ca: '' }) }
}

/** What an examination finds, each with its verdict before it. */
export async function look(examination: Examination, patient: Patient): Promise<string[]> {
  return (await examination.look(patient)).map(({ verdict, found }) => `${verdict}: ${found}`)
}
