import test from 'ava'
import { LOOKS_AT_HOUSE } from '../../../../src/app/doctor/house/looks-at-house.ts'
import { startHealthyHouse } from '../../../support/healthy-house.ts'
import { patientIn, troubles } from '../../../support/house-patient.ts'

test('nothing is found in a house in which nothing is in the way of Alexa', async (t) => {
  const patient = patientIn(await startHealthyHouse(t))
  // The clock of a test house stands still, and Music Assistant's doesn't.
  const ticking = { ...patient, environment: { ...patient.environment, now: Date.now } }
  for (const examination of LOOKS_AT_HOUSE) {
    const findings = await examination.look(examination.id === 'clock' ? ticking : patient)
    t.true(findings.length > 0, examination.id)
    t.deepEqual(troubles(findings), [], examination.id)
    for (const { id } of findings) t.is(id, examination.id)
  }
})

test('each examination has an id of its own', (t) => {
  const ids = LOOKS_AT_HOUSE.map(({ id }) => id)
  t.deepEqual([...new Set(ids)], ids)
})

test('who looks, and what needs the public URL, is not looked at by check', (t) => {
  const others = LOOKS_AT_HOUSE.filter(({ isLocal }) => !isLocal).map(({ id }) => id)
  t.deepEqual(others, ['account', 'client-authentication', 'accept-grant'])
})
