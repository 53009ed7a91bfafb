import test from 'ava'
import type { MusicTrouble } from '../../../src/alexa/skill/call-music-assistant.ts'
import { de } from '../../../src/alexa/skill/words/de.ts'
import { en } from '../../../src/alexa/skill/words/en.ts'
import { type Circumstances, converse, ECHO, type Said, speechOf } from '../../support/skill.ts'

const fails = (reason: MusicTrouble, scope?: string): Circumstances => ({
  outcome: () => ({ kind: 'trouble', reason, scope, detail: 'a secret detail' }),
})
const play: Said = { intent: 'PlayArtistIntent', slots: { artist: 'queen', player: 'kitchen' } }
const up: Said = { intent: 'VolumeUpIntent', slots: { player: 'kitchen' } }

interface Case {
  circumstances: Circumstances
  said?: Said
  about?: string
  card?: 'LinkAccount'
}

/** Everything that can be missing, and how it comes to be. */
const CASES: Record<keyof typeof en.trouble, Case> = {
  'not-linked': { circumstances: { identity: null }, card: 'LinkAccount' },
  'may-not-play': { circumstances: fails('scope-missing', 'music.control'), card: 'LinkAccount' },
  'may-not-look': { circumstances: fails('scope-missing', 'music.read'), card: 'LinkAccount' },
  'not-permitted': { circumstances: fails('not-permitted') },
  'no-account': { circumstances: fails('no-account') },
  'signed-out': { circumstances: fails('signed-out'), card: 'LinkAccount' },
  'gateway-signed-out': { circumstances: fails('gateway-signed-out') },
  down: { circumstances: fails('down') },
  slow: { circumstances: fails('slow') },
  refused: { circumstances: fails('refused') },
  'odd-answer': { circumstances: { answers: { 'players/all': 'no list' } } },
  'no-memory': { circumstances: {} },
  'nothing-said': { circumstances: {}, said: { intent: 'PlayIntent' } },
  'nothing-found': { circumstances: { answers: { 'music/search': {} } }, about: 'queen' },
  'nothing-playing': {
    circumstances: {},
    said: { intent: 'WhatIsPlayingIntent', slots: { player: 'living room' } },
    about: 'Living Room',
  },
  'nothing-queued': {
    circumstances: { answers: { 'player_queues/get_active_queue': null }, players: { [ECHO]: 'living room' } },
    said: { intent: 'AMAZON.ResumeIntent' },
    about: 'Living Room',
  },
  'no-players': { circumstances: { answers: { 'players/all': [] } } },
  'player-unknown': { circumstances: {}, said: { ...up, slots: { player: 'the moon' } }, about: 'the moon' },
  'player-ambiguous': { circumstances: {}, said: { ...up, slots: { player: 'echo' } }, about: 'echo' },
  'player-missing': {
    circumstances: { players: { [ECHO]: 'the moon' } },
    said: { intent: 'VolumeUpIntent' },
    about: 'the moon',
  },
  'volume-range': {
    circumstances: {},
    said: { intent: 'VolumeSetIntent', slots: { level: '200', player: 'kitchen' } },
  },
}

for (const [reason, { circumstances, said = play, about = '', card }] of Object.entries(CASES)) {
  // What fails is the store: see skill-endpoint.test.ts.
  if (reason === 'no-memory') continue
  for (const [locale, words] of Object.entries({ 'en-AU': en, 'de-DE': de, 'fr-FR': en, '': en })) {
    test(`${reason} is told in plain words, to ${locale || 'nobody knows whom'}`, async (t) => {
      const conversation = converse({ ...circumstances, locale })
      const answered = await conversation.say(said)
      t.is(speechOf(answered), words.trouble[reason as keyof typeof en.trouble](about))
      t.is(answered.answer.response.card?.type, card)
      t.true(answered.answer.response.shouldEndSession)
      t.is(answered.trouble?.reason, reason as keyof typeof en.trouble)
      t.deepEqual(
        conversation.done().filter(() => circumstances.outcome === undefined),
        [],
      )
    })
  }
}
