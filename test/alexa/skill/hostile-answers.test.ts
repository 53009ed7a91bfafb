import type { ResponseEnvelope } from 'ask-sdk-model'
import test from 'ava'
import fc from 'fast-check'
import { chooseMatch } from '../../../src/alexa/skill/choose-match.ts'
import { speech, spokenName } from '../../../src/alexa/skill/plain-text.ts'
import { readSkillRequest } from '../../../src/alexa/skill/skill-request.ts'
import { seedOf } from '../../support/property.ts'
import {
  ANSWERS,
  type Circumstances,
  converse,
  ECHO,
  envelope,
  PLAYERS,
  type Said,
  speechOf,
} from '../../support/skill.ts'

const BESIDE_KITCHEN: Circumstances = { players: { [ECHO]: 'echo-kitchen' } }
const SAID: Said[] = [
  { intent: 'PlayIntent', slots: { query: 'help in the kitchen' } },
  { intent: 'PlayAlbumIntent', slots: { album: 'abbey road', artist: 'beatles' } },
  { intent: 'WhatIsPlayingIntent' },
  { intent: 'AMAZON.ResumeIntent' },
  { intent: 'AMAZON.ShuffleOnIntent' },
  { intent: 'ChoosePlayerIntent', slots: { player: 'kitchen' }, device: 'amzn1.ask.device.OTHER' },
]

/** What Alexa takes: one line of speech of at most 8,000 characters. */
function checkAnswer(answer: ResponseEnvelope): void {
  const { outputSpeech, card, reprompt } = answer.response
  for (const spoken of [outputSpeech, reprompt?.outputSpeech]) {
    if (spoken === undefined) continue
    if (spoken.type !== 'PlainText') throw new Error('speech with markup')
    if (spoken.text.length === 0 || spoken.text.length > 8000) throw new Error(`${spoken.text.length} characters`)
    if (/[\p{Cc}\p{Cf}\u2028\u2029]/u.test(spoken.text) || !spoken.text.isWellFormed()) throw new Error('invisible')
  }
  if (card?.type === 'Simple' && (card.content ?? '').length > 8000) throw new Error('a card too long')
  if (JSON.stringify(answer).length > 24 * 1024) throw new Error('more than 24 KB')
}

test('whatever Music Assistant answers, something fit to be said comes of it', async (t) => {
  const json = fc.jsonValue({ maxDepth: 3 })
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.constant('x'.repeat(20_000)), json)
  const odd = <T extends object>(known: T) =>
    fc.record(
      Object.fromEntries(Object.entries(known).map(([key, value]) => [key, fc.oneof(fc.constant(value), text)])),
    )
  const search = ANSWERS['music/search'] as Record<string, object[]>
  const answers = fc.record({
    'players/all': fc.oneof(json, fc.array(fc.oneof(odd(PLAYERS[0]!), odd(PLAYERS[1]!)), { maxLength: 5 })),
    'music/search': fc.oneof(
      json,
      fc.record({
        albums: fc.array(odd(search.albums![0]!)),
        tracks: fc.oneof(json, fc.array(odd(search.tracks![0]!))),
      }),
    ),
    'player_queues/get_active_queue': fc.oneof(json, odd(ANSWERS['player_queues/get_active_queue'] as object)),
  })
  const property = fc.asyncProperty(answers, fc.constantFrom(...SAID), async (given, said) => {
    checkAnswer((await converse({ ...BESIDE_KITCHEN, answers: given }).say(said)).answer)
  })
  await t.notThrowsAsync(fc.assert(property, { numRuns: 500, seed: seedOf(t) }))
})

test('whatever an envelope says, it is read or refused', (t) => {
  const property = fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, text) => {
    readSkillRequest(value)
    for (const part of ['session', 'context', 'request'])
      readSkillRequest({ ...envelope({ intent: text }), [part]: value })
  })
  t.notThrows(() => fc.assert(property, { numRuns: 500, seed: seedOf(t) }))
})

test('a name is said on one line, without what nobody hears, and not for ever', (t) => {
  t.is(spokenName('a\u0000b\n\u202ec\ud800d'), 'a b c\ufffdd')
  t.is(spokenName('😀'.repeat(100)).length, 119)
  t.true(spokenName('😀'.repeat(100)).isWellFormed())
  t.is(spokenName('x'.repeat(120)).length, 120)
  t.is(spokenName('x'.repeat(121)), `${'x'.repeat(119)}…`)
  t.is(speech('x'.repeat(8000)).length, 8000)
  t.is(speech('x'.repeat(8001)).length, 8000)
})

test('markup in a name stays what it is: it is never SSML', async (t) => {
  const name = '<speak><audio src="https://evil.example/a.mp3"/></speak> & Co'
  const answers = { 'player_queues/get_active_queue': { queue_id: 'q', items: 1, current_item: { name } } }
  const answered = await converse({ ...BESIDE_KITCHEN, answers }).say({ intent: 'WhatIsPlayingIntent' })
  t.is(answered.answer.response.outputSpeech?.type, 'PlainText')
  t.true(speechOf(answered).includes(name))
})

test('what is found at an address, and what can not be played, is not played', async (t) => {
  const found = (uri: unknown, more = {}) => ({ 'music/search': { tracks: [{ uri, name: 'Help', ...more }] } })
  const uris = [
    'http://192.168.1.1/reboot',
    'HTTPS://evil.example/a',
    'file:///etc/passwd',
    'help',
    '',
    7,
    'a b://c',
    'library://track/1\n2',
  ]
  for (const answers of [...uris.map((uri) => found(uri)), found('library://track/1', { is_playable: false })]) {
    const conversation = converse({ ...BESIDE_KITCHEN, answers })
    const answered = await conversation.say({ intent: 'PlayIntent', slots: { query: 'help' } })
    t.is(answered.trouble?.reason, 'nothing-found', JSON.stringify(answers))
    t.deepEqual(conversation.done(), [])
  }
})

test('players that are off are no players, and those of an older server are', async (t) => {
  const all = [
    { player_id: 'a', name: 'Off', available: false },
    { player_id: 'b', name: 'Disabled', enabled: false },
    { player_id: 'c', display_name: 'Shown', name: 'c', state: 'playing' },
    'none',
    { player_id: '' },
  ]
  const conversation = converse({ answers: { 'players/all': all } })
  t.is(speechOf(await conversation.say({ intent: 'AMAZON.PauseIntent' })), 'Shown is paused.')
})

test('a radio station tells what it plays, and a player without a queue what it says of itself', async (t) => {
  const radio = {
    queue_id: 'q',
    items: 1,
    current_item: { name: 'BBC', media_item: { name: 'BBC' }, streamdetails: { stream_title: 'Bowie - Heroes' } },
  }
  const one = converse({ ...BESIDE_KITCHEN, answers: { 'player_queues/get_active_queue': radio } })
  t.is(speechOf(await one.say({ intent: 'WhatIsPlayingIntent' })), 'Kitchen Echo is playing Bowie - Heroes.')
  const playing = { ...PLAYERS[0], current_media: { title: 'Heroes', artist: 'Bowie' } }
  const answers = { 'players/all': [playing], 'player_queues/get_active_queue': null }
  const other = converse({ answers })
  t.is(speechOf(await other.say({ intent: 'WhatIsPlayingIntent' })), 'Kitchen Echo is playing Heroes by Bowie.')
})

test('the match is of the library by its exact name, else any by its exact name, else the first of the library', (t) => {
  const item = (name: string, inLibrary: boolean, artists: string[] = []) => ({
    uri: `${inLibrary ? 'library' : 'spotify'}://track/${name}`,
    type: 'track' as const,
    name,
    artists,
    inLibrary,
  })
  const [other, live, exact, own] = [
    item('Helpless', false),
    item('Help (Live)', true),
    item('HELP!', false),
    item('Help', true, ['The Beatles']),
  ] as const
  const wanted = { name: 'help' }
  t.is(chooseMatch([other, live, exact, own], wanted), own)
  t.is(chooseMatch([other, live, exact], wanted), exact)
  t.is(chooseMatch([other, live], wanted), live)
  t.is(chooseMatch([other], wanted), other)
  t.is(chooseMatch([], wanted), undefined)
  t.is(chooseMatch([exact, own], { ...wanted, artist: 'beatles' }), own)
  t.is(chooseMatch([exact, own], { ...wanted, artist: 'abba' }), undefined)
})

test('where many have a name, it is asked for once more with the artist', async (t) => {
  let searched = 0
  const found = {
    kind: 'result' as const,
    value: { albums: [{ uri: 'library://album/9', name: 'Greatest Hits', artists: [{ name: 'Queen' }] }] },
  }
  const conversation = converse({
    ...BESIDE_KITCHEN,
    outcome({ command, args }) {
      if (command !== 'music/search') return undefined
      searched++
      return args?.search_query === 'queen - greatest hits' ? found : { kind: 'result', value: { albums: [] } }
    },
  })
  const answered = await conversation.say({
    intent: 'PlayAlbumIntent',
    slots: { album: 'greatest hits', artist: 'queen' },
  })
  t.is(speechOf(answered), 'Playing the album Greatest Hits by Queen on Kitchen Echo.')
  t.is(searched, 2)
})
