import test from 'ava'
import type { Patient } from '../../../../src/app/doctor/examination.ts'
import { EXIT_CODES, examine, verdictOf } from '../../../../src/app/doctor/examine.ts'
import { LOOKS_FROM_OUTSIDE } from '../../../../src/app/doctor/outside/looks-from-outside.ts'
import { JAPAN } from '../../../support/gateway.ts'
import { alexaCredentials, approve, postToken } from '../../../support/linking.ts'
import { behind, startHealthy, startProxy } from '../../../support/patient.ts'

const IDS = LOOKS_FROM_OUTSIDE.map(({ id }) => id)

async function whatIsNotGood(patient: Patient) {
  const examined = await examine(patient, LOOKS_FROM_OUTSIDE)
  const notGood = examined.flatMap(({ findings }) => findings.filter(({ verdict }) => verdict !== 'good'))
  return { examined, notGood, code: EXIT_CODES[verdictOf(examined)] }
}

test('of a healthy gateway nothing is said but that nobody has linked yet', async (t) => {
  const { patient } = await startHealthy(t)
  const { examined, notGood, code } = await whatIsNotGood(patient)
  t.deepEqual(
    examined.map(({ id }) => id),
    IDS,
  )
  t.true(examined.every(({ id, findings }) => findings.length > 0 && findings.every((one) => one.id === id)))
  t.deepEqual(
    notGood.map(({ id, verdict }) => [id, verdict]),
    [['attempts', 'attention']],
  )
  t.is(code, 0)
})

test('nothing at all of one that is linked, also behind a proxy that passes everything on', async (t) => {
  const { house, patient } = await startHealthy(t)
  const code = (await approve(house)).get('code') ?? ''
  const form = { grant_type: 'authorization_code', code, redirect_uri: JAPAN, ...alexaCredentials(house) }
  t.is((await postToken(house, form)).status, 200)
  t.deepEqual((await whatIsNotGood(patient)).notGood, [])
  t.deepEqual((await whatIsNotGood(behind(patient, await startProxy(t, house)))).notGood, [])
})

test('a doctor leaves one page, one way back and one token request in the audit trail', async (t) => {
  const { house, patient } = await startHealthy(t)
  await examine(patient, LOOKS_FROM_OUTSIDE)
  const left = house.events().map(({ event }) => event)
  t.deepEqual(left, ['started', 'link_opened', 'link_refused', 'token_refused', 'client_refused'])
})

test('each examination has a name of its own', (t) => {
  t.is(new Set(IDS).size, IDS.length)
  t.is(new Set(LOOKS_FROM_OUTSIDE.map(({ title }) => title)).size, IDS.length)
})
