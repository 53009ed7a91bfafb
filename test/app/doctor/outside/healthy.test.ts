import test from 'ava'
import { examine, verdictOf } from '../../../../src/app/doctor/examine.ts'
import { LOOKS_FROM_OUTSIDE } from '../../../../src/app/doctor/outside/looks-from-outside.ts'
import { behind, startHealthy, startProxy } from '../../../support/patient.ts'

test('of a healthy gateway nothing is said but that it is good', async (t) => {
  const { patient } = await startHealthy(t)
  const examined = await examine(patient, LOOKS_FROM_OUTSIDE)
  for (const one of examined) for (const f of one.findings) t.log(one.title, f)
  t.is(verdictOf(examined), 'attention')
})

test('nor of one behind a proxy that passes everything on', async (t) => {
  const { house, patient } = await startHealthy(t)
  const examined = await examine(behind(patient, await startProxy(t, house)), LOOKS_FROM_OUTSIDE)
  for (const one of examined) for (const f of one.findings) t.log(one.title, f)
  t.is(verdictOf(examined), 'attention')
})
