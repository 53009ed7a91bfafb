import test from 'ava'
import { addUser } from '../../src/users/users.ts'
import { Browser } from '../support/browser.ts'
import { AMAZON, startEchoHouse, withEcho } from '../support/built-in-skill.ts'
import { restart } from '../support/gateway.ts'
import { exchange, link, openAuthorize, refresh } from '../support/linking.ts'
import type { Said } from '../support/skill.ts'

const HOUR_MS = 3_600_000
const SCOPE = 'music.read music.control'
const BERTA = { name: 'berta', displayName: 'Berta', password: 'a walk along the harbour' }
const OFFICE = 'amzn1.ask.device.OFFICE'

test('an Echo’s whole day, from an account that is not linked yet to good night', async (t) => {
  let house = await startEchoHouse(t)
  const player = (name: string) => house.music.players.find((one) => one.name === name)
  let token: string | undefined
  const hears = async (said: Said, expected: RegExp, label?: string) => {
    const heard = await house.say({ token, ...said })
    t.regex(heard.speech, expected, label)
    return heard
  }

  // In the morning nobody has linked anything.
  t.is((await hears({}, /^Please link your account first/)).card, 'LinkAccount')
  const tokens = await link(house, { scope: SCOPE })
  token = tokens.access
  t.true((await hears({}, /^What would you like to hear\?$/)).open)

  // The first wish, and the one question.
  t.true(
    (await hears({ intent: 'PlayPlaylistIntent', slots: { playlist: 'Amber Orchard Mix' } }, /^Which player/)).open,
  )
  await hears(
    { intent: 'ChoosePlayerIntent', slots: { player: 'in the kitchen' } },
    /^This Echo now controls Kitchen Echo\. Playing the playlist Amber Orchard Mix on Kitchen Echo\.$/,
  )
  t.is(player('Kitchen Echo')?.playback_state, 'playing')
  const first = await hears({ intent: 'WhatIsPlayingIntent' }, /^Kitchen Echo is playing .+ by The .+\.$/)
  await hears({ intent: 'AMAZON.NextIntent' }, /^Next track/)
  const second = await hears({ intent: 'WhatIsPlayingIntent' }, /^Kitchen Echo is playing /)
  t.not(second.speech, first.speech)
  await hears({ intent: 'AMAZON.PreviousIntent' }, /^Previous track/)
  t.is((await house.say({ token, intent: 'WhatIsPlayingIntent' })).speech, first.speech)
  await hears({ intent: 'VolumeSetIntent', slots: { level: '15' } }, /^Volume 15 percent/)
  t.is(player('Kitchen Echo')?.volume_level, 15)
  await hears({ intent: 'AMAZON.ShuffleOnIntent' }, /^Shuffle is on/)
  await hears({ intent: 'AMAZON.PauseIntent' }, /^Kitchen Echo is paused\.$/)
  t.is(player('Kitchen Echo')?.playback_state, 'paused')
  const silent = await house.say({ token, type: 'SessionEndedRequest' })
  t.deepEqual([silent.status, silent.speech], [200, ''])

  // Music Assistant is started anew at noon.
  await house.logged('of an administrator')
  house.music.dropConnections()
  house.music.misbehave('reset', { times: 1 })
  await hears({ intent: 'AMAZON.ResumeIntent' }, /^I can't reach Music Assistant/)
  await hears({ intent: 'AMAZON.ResumeIntent' }, /^Resuming on Kitchen Echo\.$/)
  t.is(player('Kitchen Echo')?.playback_state, 'playing')

  // The access token is over; Alexa gets another one, and nobody notices.
  house.advance(2 * HOUR_MS)
  t.is((await hears({ intent: 'AMAZON.PauseIntent' }, /^Please link/)).card, 'LinkAccount')
  const refreshed = await refresh(house, tokens.refresh)
  token = String(refreshed.json.access_token)
  await hears({ intent: 'AMAZON.PauseIntent' }, /^Kitchen Echo is paused\.$/)

  // The gateway is started anew, and has forgotten nothing.
  house = withEcho(await restart(t, house, AMAZON))
  await hears({ intent: 'AMAZON.ResumeIntent' }, /^Resuming on Kitchen Echo\.$/)

  // Somebody else comes home, speaks German, and has an Echo in the office.
  await addUser(house.prepared.store, house, BERTA)
  const browser = new Browser(house)
  const page = await openAuthorize(house, { scope: SCOPE }, browser)
  const { location } = await browser.submit(page, { username: BERTA.name, password: BERTA.password })
  const { json } = await exchange(house, new URL(location).searchParams.get('code'))
  const german = { token: String(json.access_token), locale: 'de-DE' }
  await hears(
    { ...german, intent: 'VolumeUpIntent' },
    /^Welchen Player soll dieser Echo steuern\?/,
    'it asks each person',
  )
  await hears({ ...german, intent: 'AMAZON.CancelIntent' }, /^In Ordnung\.$/)
  const inOffice = { ...german, device: OFFICE }
  await hears({ ...inOffice, intent: 'PlayIntent', slots: { query: 'Radio Amber Orchard' } }, /^Welchen Player/)
  await hears(
    { ...inOffice, intent: 'ChoosePlayerIntent', slots: { player: 'im Büro' } },
    /^Dieser Echo steuert jetzt Büro Echo\. Ich spiele den Sender Radio Amber Orchard auf Büro Echo\.$/,
  )
  await hears(
    { ...inOffice, intent: 'VolumeDownIntent', slots: { player: 'Küche' } },
    /^Einen Player namens Küche kenne ich nicht/,
  )
  t.is(player('Kitchen Echo')?.playback_state, 'playing', 'the other one plays on')

  // Good night.
  await hears({ intent: 'AMAZON.StopIntent' }, /^Kitchen Echo has stopped\.$/)
  await hears({ ...inOffice, intent: 'AMAZON.StopIntent' }, /^Die Wiedergabe auf Büro Echo ist gestoppt\.$/)
  t.true(house.music.players.every(({ playback_state }) => playback_state === 'idle'))
  await hears({ intent: 'WhatIsPlayingIntent' }, /^Nothing is playing on Kitchen Echo\.$/)
})
