import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { EXAMINATIONS } from '../../../src/app/doctor/examinations.ts'
import { examine } from '../../../src/app/doctor/examine.ts'
import { withoutTroubles } from '../../support/healthy-house.ts'
import { troubles } from '../../support/house-patient.ts'
import { link } from '../../support/linking.ts'
import { startHealthy } from '../../support/patient.ts'

test('the whole doctor finds nothing in a house that is as it should be, once somebody has linked; nor a second time', async (t) => {
  const { house, patient } = await startHealthy(t, withoutTroubles)
  writeFileSync(join(house.folder, 'data', 'music-assistant.token'), house.music.createToken('anna'), { mode: 0o600 })
  await link(house)
  const { now, randomBytes } = house
  // A clock that stands still takes no time; that of Music Assistant goes on.
  const environment = { now, randomBytes, monotonic: () => 0 }
  for (const _ of [1, 2]) {
    for (const examination of EXAMINATIONS) {
      const time = examination.id === 'clock' ? Date.now : now
      const [examined] = await examine(
        { ...patient, environment: { ...environment, now: time }, system: () => undefined },
        [examination],
      )
      t.deepEqual(troubles(examined?.findings ?? []), [], examination.id)
      t.true((examined?.findings.length ?? 0) > 0, examination.id)
    }
  }
})
