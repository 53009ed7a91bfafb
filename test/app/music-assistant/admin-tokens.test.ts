import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { startTestHouse, type TestConfig } from '../../support/gateway.ts'

function ofMusicAssistant({ upstreams }: TestConfig): void {
  Object.assign(upstreams['music-assistant'], { kind: 'music-assistant' })
}

test("a start warns of an administrator's token, and check says so", async (t) => {
  const house = await startTestHouse(t, ofMusicAssistant)
  t.regex(await house.logged("token of an administrator's"), /that of admin, an administrator there/)
  t.is((await house.prepared.warnings()).length, 1)
})

test("nothing is said of an ordinary user's", async (t) => {
  const house = await startTestHouse(t, ofMusicAssistant)
  const token = house.music.createToken('anna')
  writeFileSync(join(house.folder, 'data/music-assistant.token'), token, { mode: 0o600 })
  await house.reload()
  t.deepEqual(await house.prepared.warnings(), [])
})
