import test from 'ava'
import { INTENT_MODELS } from '../../../src/alexa/skill/model/intent-models.ts'
import { converse, type Said, speechOf } from '../../support/skill.ts'

interface Dialogue {
  slots?: Record<string, string>
  en: string
  de: string
  /** What is called beyond looking. */
  does?: [string, Record<string, unknown>]
  /** Whether Alexa goes on listening. */
  open?: boolean
}

const KITCHEN = { player: 'kitchen' }
const media = (uri: string) => ({ queue_id: 'echo-kitchen', media: uri, option: 'replace' })
const kitchen = { player_id: 'echo-kitchen' }

/** One for each intent: what is said, what is done, and what Alexa says, beside the kitchen's player. */
const DIALOGUES: Record<string, Dialogue[]> = {
  PlayArtistIntent: [
    {
      slots: { artist: 'queen', ...KITCHEN },
      en: 'Playing music by Queen on Kitchen Echo.',
      de: 'Ich spiele Musik von Queen auf Kitchen Echo.',
      does: ['player_queues/play_media', media('library://artist/1')],
    },
  ],
  PlayAlbumIntent: [
    {
      slots: { album: 'abbey road' },
      en: 'Playing the album Abbey Road by The Beatles on Kitchen Echo.',
      de: 'Ich spiele das Album Abbey Road von The Beatles auf Kitchen Echo.',
      does: ['player_queues/play_media', media('library://album/2')],
    },
    {
      slots: { album: 'abbey road', artist: 'somebody else' },
      en: 'Playing the album Abbey Road by Somebody Else on Kitchen Echo.',
      de: 'Ich spiele das Album Abbey Road von Somebody Else auf Kitchen Echo.',
      does: ['player_queues/play_media', media('library://album/3')],
    },
    {
      slots: { album: 'abbey road', artist: 'abba' },
      en: 'I found nothing called abbey road by abba.',
      de: 'Ich habe nichts gefunden, das abbey road von abba heißt.',
    },
  ],
  PlayTrackIntent: [
    {
      slots: { track: 'help', artist: 'beatles' },
      en: 'Playing Help! by The Beatles on Kitchen Echo.',
      de: 'Ich spiele Help! von The Beatles auf Kitchen Echo.',
      does: ['player_queues/play_media', media('library://track/4')],
    },
  ],
  PlayPlaylistIntent: [
    {
      slots: { playlist: 'breakfast' },
      en: 'Playing the playlist Breakfast on Kitchen Echo.',
      de: 'Ich spiele die Playlist Breakfast auf Kitchen Echo.',
      does: ['player_queues/play_media', media('library://playlist/5')],
    },
    {
      slots: { playlist: 'breakfast in the living room' },
      en: 'Playing the playlist Breakfast on Living Room.',
      de: 'Ich spiele die Playlist Breakfast auf Living Room.',
      does: ['player_queues/play_media', { ...media('library://playlist/5'), queue_id: 'living-room' }],
    },
  ],
  PlayRadioIntent: [
    {
      slots: { station: 'bbc radio 4 auf dem büro echo' },
      en: 'Playing the station BBC Radio 4 on Büro Echo.',
      de: 'Ich spiele den Sender BBC Radio 4 auf Büro Echo.',
      does: ['player_queues/play_media', { ...media('library://radio/6'), queue_id: 'echo-bureau' }],
    },
  ],
  PlayIntent: [
    {
      slots: { query: 'Help' },
      en: 'Playing Help! by The Beatles on Kitchen Echo.',
      de: 'Ich spiele Help! von The Beatles auf Kitchen Echo.',
      does: ['player_queues/play_media', media('library://track/4')],
    },
    { en: "I didn't get what to play.", de: 'Ich habe nicht verstanden, was ich spielen soll.' },
  ],
  ChoosePlayerIntent: [
    {
      slots: { player: 'living room' },
      en: 'This Echo now controls Living Room.',
      de: 'Dieser Echo steuert jetzt Living Room.',
    },
    {
      slots: { player: 'the moon' },
      en: "I don't know that player. There are Kitchen Echo, Büro Echo and Living Room. Which one should it be?",
      de: 'Diesen Player kenne ich nicht. Es gibt Kitchen Echo, Büro Echo und Living Room. Welcher soll es sein?',
      open: true,
    },
  ],
  WhatIsPlayingIntent: [
    { en: 'Kitchen Echo is playing Help! by The Beatles.', de: 'Auf Kitchen Echo läuft Help! von The Beatles.' },
    {
      slots: { player: 'in the living room' },
      en: 'Nothing is playing on Living Room.',
      de: 'Auf Living Room läuft gerade nichts.',
    },
    {
      slots: { player: 'im Buero' },
      en: 'Büro Echo is paused at Help! by The Beatles.',
      de: 'Büro Echo macht Pause bei Help! von The Beatles.',
    },
  ],
  VolumeSetIntent: [
    {
      slots: { level: '30' },
      en: 'Volume 30 percent on Kitchen Echo.',
      de: 'Lautstärke 30 Prozent auf Kitchen Echo.',
      does: ['players/cmd/volume_set', { ...kitchen, volume_level: 30 }],
    },
    {
      slots: { level: '101' },
      en: 'Say a volume from zero to one hundred.',
      de: 'Sag eine Lautstärke von null bis hundert.',
    },
    {
      slots: { level: '?' },
      en: 'Say a volume from zero to one hundred.',
      de: 'Sag eine Lautstärke von null bis hundert.',
    },
  ],
  VolumeUpIntent: [
    { en: 'Kitchen Echo is louder.', de: 'Kitchen Echo ist lauter.', does: ['players/cmd/volume_up', kitchen] },
  ],
  VolumeDownIntent: [
    {
      slots: { player: 'living room' },
      en: 'Living Room is quieter.',
      de: 'Living Room ist leiser.',
      does: ['players/cmd/volume_down', { player_id: 'living-room' }],
    },
  ],
  'AMAZON.PauseIntent': [
    { en: 'Kitchen Echo is paused.', de: 'Kitchen Echo macht Pause.', does: ['players/cmd/pause', kitchen] },
  ],
  'AMAZON.ResumeIntent': [{ en: 'Resuming on Kitchen Echo.', de: 'Kitchen Echo spielt weiter.' }],
  'AMAZON.NextIntent': [
    {
      en: 'Next track on Kitchen Echo.',
      de: 'Nächster Titel auf Kitchen Echo.',
      does: ['players/cmd/next', kitchen],
    },
  ],
  'AMAZON.PreviousIntent': [
    {
      en: 'Previous track on Kitchen Echo.',
      de: 'Vorheriger Titel auf Kitchen Echo.',
      does: ['players/cmd/previous', kitchen],
    },
  ],
  'AMAZON.ShuffleOnIntent': [
    {
      en: 'Shuffle is on for Kitchen Echo.',
      de: 'Die Zufallswiedergabe auf Kitchen Echo ist an.',
      does: ['player_queues/shuffle', { queue_id: 'the-queue', shuffle_enabled: true }],
    },
  ],
  'AMAZON.ShuffleOffIntent': [
    {
      en: 'Shuffle is off for Kitchen Echo.',
      de: 'Die Zufallswiedergabe auf Kitchen Echo ist aus.',
      does: ['player_queues/shuffle', { queue_id: 'the-queue', shuffle_enabled: false }],
    },
  ],
  'AMAZON.StopIntent': [
    {
      en: 'Kitchen Echo has stopped.',
      de: 'Die Wiedergabe auf Kitchen Echo ist gestoppt.',
      does: ['players/cmd/stop', kitchen],
    },
  ],
  'AMAZON.CancelIntent': [{ en: 'All right.', de: 'In Ordnung.' }],
  'AMAZON.NavigateHomeIntent': [{ en: 'All right.', de: 'In Ordnung.' }],
  'AMAZON.HelpIntent': [
    { en: 'You can say: play some Queen', de: 'Du kannst sagen: Spiele Musik von Queen', open: true },
  ],
  'AMAZON.FallbackIntent': [{ en: "I didn't get that.", de: 'Das habe ich nicht verstanden.', open: true }],
}

test('every intent of the model has a dialogue, and every dialogue an intent', (t) => {
  t.deepEqual(Object.keys(DIALOGUES).sort(), Object.keys(INTENT_MODELS).sort())
})

for (const [locale, language] of [
  ['en-US', 'en'],
  ['de-DE', 'de'],
] as const) {
  for (const [intent, dialogues] of Object.entries(DIALOGUES)) {
    for (const { slots, does, open = false, ...said } of dialogues) {
      test(`${locale} ${intent} ${JSON.stringify(slots ?? {})}: ${said[language]}`, async (t) => {
        const conversation = converse({ locale, players: { 'amzn1.ask.device.KITCHEN': 'kitchen' } })
        const isChoice = intent === 'ChoosePlayerIntent'
        // An Echo of the configuration stays where it is.
        const words: Said = { intent, slots, ...(isChoice && { device: 'amzn1.ask.device.OTHER' }) }
        const answered = await conversation.say(words)
        t.true(speechOf(answered).startsWith(said[language]), speechOf(answered))
        t.is(answered.answer.response.shouldEndSession, !open)
        t.is(answered.answer.response.reprompt !== undefined, open)
        t.deepEqual(conversation.done(), does ? [{ command: does[0], args: does[1] }] : [])
      })
    }
  }
}
