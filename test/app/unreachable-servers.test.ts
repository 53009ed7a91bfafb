import test from 'ava'
import { startAudioServer } from '../../demo/stand-in-audio.ts'
import { startTestHouse } from '../support/gateway.ts'
import { asMusicAssistant } from '../support/music-client.ts'

test('check says that Music Assistant does not answer, and what to look at', async (t) => {
  const house = await startTestHouse(t, asMusicAssistant)
  house.music.misbehave('reset')
  const [warning, ...others] = await house.prepared.warnings()
  t.regex(
    warning ?? '',
    /^music-assistant at http:\S+: .+\. Is it running, and is upstreams\.music-assistant\.url its address\?$/,
  )
  t.deepEqual(others, [])
})

test('check says that something else answers where Music Assistant should', async (t) => {
  const audio = await startAudioServer()
  t.teardown(() => audio.close())
  const house = await startTestHouse(t, (config) => {
    asMusicAssistant(config)
    config.upstreams['music-assistant'].url = audio.url
  })
  t.regex((await house.prepared.warnings()).join(), /is no Music Assistant: \/info says 404\. Is it running/)
})
