import test from 'ava'
import { INTENT_MODELS, type IntentModel } from '../../src/alexa/skill/model/intent-models.ts'
import { LOCALES } from '../../src/alexa/skill/model/interaction-model.ts'
import { giveAccount, sentToken } from '../support/account.ts'
import { startEchoHouse } from '../support/built-in-skill.ts'
import { link } from '../support/linking.ts'
import { ECHO, envelope } from '../support/skill.ts'
import { issueToken } from '../support/tokens.ts'

test('an album that somebody asks for is played by the person, through the policy of commands', async (t) => {
  const house = await startEchoHouse(t)
  const token = await issueToken(house)
  const slots = { album: 'amber orchard no 1', player: 'in the living room' }
  const heard = await house.say({ token, intent: 'PlayAlbumIntent', slots })
  t.regex(heard.speech, /^Playing the album Amber Orchard No\. 1 by The .* on Living Room\.$/)
  const player = house.music.players.find(({ name }) => name === 'Living Room')
  t.is(player?.playback_state, 'playing')
  t.deepEqual(house.commands(), ['players/all', 'music/search', 'player_queues/play_media'])
})

test('who may only look can ask what is playing, and is told in words why nothing else is done', async (t) => {
  const house = await startEchoHouse(t)
  const reader = await issueToken(house, ['music.read'])
  const listener = await issueToken(house)
  const slots = { player: 'kitchen' }
  await house.say({ token: listener, intent: 'PlayIntent', slots: { query: 'Amber Orchard No. 1 in the kitchen' } })
  t.regex(
    (await house.say({ token: reader, intent: 'WhatIsPlayingIntent', slots })).speech,
    /^Kitchen Echo is playing /,
  )
  const before = house.commands().length
  const refused = await house.say({ token: reader, intent: 'VolumeSetIntent', slots: { ...slots, level: '5' } })
  t.regex(refused.speech, /^You have not allowed this skill to control your music/)
  t.is(refused.card, 'LinkAccount')
  t.is(house.commands().length, before + 1, 'but for the list of players nothing got there')
  const neither = await issueToken(house, ['user:read'])
  const blind = await house.say({ token: neither, intent: 'WhatIsPlayingIntent', slots, locale: 'de-DE' })
  t.regex(blind.speech, /^Du hast diesem Skill nicht erlaubt, deine Musik zu sehen/)
})

test('who has linked nothing, and whose link is over, gets the card to link', async (t) => {
  const house = await startEchoHouse(t)
  for (const token of [undefined, 'A'.repeat(43)]) {
    const heard = await house.say({ token, locale: 'de-DE', intent: 'AMAZON.PauseIntent' })
    t.is(heard.card, 'LinkAccount')
    t.regex(heard.speech, /^Bitte verknüpfe zuerst dein Konto/)
  }
  t.deepEqual(house.commands(), [])
})

test('what Alexa has not signed, and what is no request to a skill, gets nowhere', async (t) => {
  const house = await startEchoHouse(t)
  const token = await issueToken(house)
  const body = JSON.stringify(envelope({ token, now: house.now(), intent: 'AMAZON.PauseIntent' }))
  const other = body.replaceAll('amzn1.ask.skill.0000aaaa', 'amzn1.ask.skill.1111aaaa')
  t.is((await house.post(other)).status, 400)
  const music = {
    header: { messageId: 'm', namespace: 'Alexa.Media.Search', name: 'GetPlayableContent', payloadVersion: '1.0' },
    payload: { requestContext: { user: { id: 'u', accessToken: token } } },
  }
  t.is((await house.post(JSON.stringify(music))).status, 400)
  t.deepEqual(house.commands(), [])
})

test('Music Assistant down, slow, or no more willing is told in words, and the log says what happened', async (t) => {
  const house = await startEchoHouse(t)
  const token = await issueToken(house)
  const said = { token, intent: 'AMAZON.PauseIntent' }
  // What a start asks Music Assistant has been answered.
  await house.logged('of an administrator')
  house.music.misbehave('reset', { times: 1 })
  t.regex((await house.say(said)).speech, /^I can't reach Music Assistant/)
  await house.logged('down')
  house.music.misbehave('die-mid-body', { times: 1 })
  t.regex((await house.say(said)).speech, /^I can't reach Music Assistant/)
  house.music.misbehave('setup-required', { times: 1 })
  t.regex((await house.say(said)).speech, /^I can't reach Music Assistant/)
  house.music.misbehave('authentication-failed', { times: 1 })
  const signedOut = await house.say(said)
  t.regex(signedOut.speech, /^Music Assistant no longer lets this home in/)
  t.is(signedOut.card, undefined, 'linking again would not help')
  t.regex((await house.say(said)).speech, /^Which player should this Echo control/)
})

test('what an Echo stands beside is remembered, and the configuration has the last word', async (t) => {
  const house = await startEchoHouse(t)
  const token = await issueToken(house)
  await house.say({ token, intent: 'ChoosePlayerIntent', slots: { player: 'büro' } })
  t.is((await house.say({ token, intent: 'VolumeUpIntent' })).speech, 'Büro Echo is louder.')
  await house.reload((config) => {
    Object.assign(config, {
      alexa: {
        skill: { ...(config as never as { alexa: { skill: object } }).alexa.skill, players: { [ECHO]: 'kitchen' } },
      },
    })
  })
  t.is((await house.say({ token, intent: 'VolumeUpIntent' })).speech, 'Kitchen Echo is louder.')
})

test('without alexa.skill there is no such path', async (t) => {
  const house = await startEchoHouse(t, (config) => {
    delete (config as { alexa?: unknown }).alexa
  })
  t.is((await house.post('{}')).status, 404)
})

test('every intent is answered in every locale, in words that are fit to be said', async (t) => {
  const house = await startEchoHouse(t)
  const token = await issueToken(house)
  for (const locale of LOCALES) {
    for (const [intent, { slots = {} }] of Object.entries<IntentModel>(INTENT_MODELS)) {
      const said = Object.fromEntries(Object.keys(slots).map((slot) => [slot, slot === 'player' ? 'kitchen' : 'Amber']))
      const heard = await house.say({ token, locale, intent, slots: said, attributes: {} })
      t.is(heard.status, 200, intent)
      t.regex(heard.speech, /^\p{L}[^\n<>]+[.?]$/u, `${locale} ${intent}`)
    }
  }
})

test('it acts as the person there with a token of their own, and says so when that is over', async (t) => {
  const house = await startEchoHouse(t)
  await giveAccount(house)
  const { access: token } = await link(house, { scope: 'music.read music.control' })
  house.music.clearRequests()
  const slots = { artist: 'the amber orchards', player: 'kitchen' }
  const played = await house.say({ token, intent: 'PlayArtistIntent', slots })
  t.is(played.speech, 'Playing music by The Amber Orchards on Kitchen Echo.')
  const callers = house.music.requests.filter(({ url }) => url === '/api').map(({ user }) => user)
  t.deepEqual([...new Set(callers)], ['anna'])

  house.music.revokeToken(sentToken(house))
  const over = await house.say({ token, intent: 'AMAZON.PauseIntent' })
  t.is(over.speech, 'Music Assistant no longer lets me in for you. Link this skill again in the Alexa app.')
  t.is(over.card, 'LinkAccount')
})
