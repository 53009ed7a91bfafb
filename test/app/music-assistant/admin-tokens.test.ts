import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { upstreamTokens } from '../../../src/app/doctor/house/upstream-tokens.ts'
import { startTestHouse, type TestConfig } from '../../support/gateway.ts'
import { patientIn } from '../../support/house-patient.ts'

function ofMusicAssistant({ upstreams }: TestConfig): void {
  Object.assign(upstreams['music-assistant'], { kind: 'music-assistant' })
}

test("a start warns of an administrator's token, and so does the doctor", async (t) => {
  const house = await startTestHouse(t, ofMusicAssistant)
  t.regex(await house.logged("token of an administrator's"), /that of admin, an administrator there/)
  const [finding] = await upstreamTokens.look(patientIn(house))
  t.is(finding?.verdict, 'attention')
  t.regex(finding?.found ?? '', /that of admin, an administrator there/)
})

test("nothing is said of an ordinary user's", async (t) => {
  const house = await startTestHouse(t, ofMusicAssistant)
  const token = house.music.createToken('anna')
  writeFileSync(join(house.folder, 'data/music-assistant.token'), token, { mode: 0o600 })
  await house.reload()
  t.like(await upstreamTokens.look(patientIn(house)), [{ verdict: 'good' }])
})
