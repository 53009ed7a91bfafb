import test from 'ava'
import { converse, speechOf } from '../../support/skill.ts'

test('a launch is a question, and calls nobody', async (t) => {
  const conversation = converse({ locale: 'de-DE' })
  const { answer } = await conversation.say()
  t.deepEqual(answer, {
    version: '1.0',
    response: {
      outputSpeech: { type: 'PlainText', text: 'Was möchtest du hören?' },
      reprompt: {
        outputSpeech: { type: 'PlainText', text: 'Sag zum Beispiel: Spiele das Album Abbey Road in der Küche.' },
      },
      shouldEndSession: false,
    },
  })
  t.deepEqual(conversation.calls, [])
})

test('what nobody hears an answer to is answered without speech, as Alexa demands it', async (t) => {
  for (const type of ['SessionEndedRequest', 'System.ExceptionEncountered', 'AudioPlayer.PlaybackStarted', 'Odd']) {
    for (const identity of [undefined, null]) {
      const conversation = converse({ identity })
      t.deepEqual((await conversation.say({ type })).answer, { version: '1.0', response: {} })
      t.deepEqual(conversation.calls, [])
    }
  }
})

test('an intent that the skill has not is answered as what it did not understand', async (t) => {
  for (const intent of ['AMAZON.RepeatIntent', 'toString', '__proto__', 'constructor']) {
    t.regex(speechOf(await converse().say({ intent })), /^I didn't get that/)
  }
})

test('help while a player is asked for explains, and the fallback keeps the question', async (t) => {
  const conversation = converse()
  await conversation.say({ intent: 'VolumeUpIntent' })
  t.regex(speechOf(await conversation.say({ intent: 'AMAZON.FallbackIntent' })), /^I didn't get that/)
  const done = await conversation.say({ intent: 'ChoosePlayerIntent', slots: { player: 'kitchen' } })
  t.regex(speechOf(done), /Kitchen Echo is louder\.$/)
})

test('players are asked for once a turn', async (t) => {
  const conversation = converse()
  await conversation.say({ intent: 'PlayIntent', slots: { query: 'help in the kitchen' } })
  t.is(conversation.calls.filter(({ command }) => command === 'players/all').length, 1)
})
