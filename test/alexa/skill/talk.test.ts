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

test('while a player is asked for, what was not understood is asked for once more, and then no more', async (t) => {
  const conversation = converse()
  await conversation.say({ intent: 'VolumeUpIntent' })
  const again = await conversation.say({ intent: 'AMAZON.FallbackIntent' })
  t.regex(speechOf(again), /^I don't know that player. There are Kitchen Echo, .* Which one should it be\?$/)
  t.false(again.answer.response.shouldEndSession)
  const last = await conversation.say({ intent: 'AMAZON.FallbackIntent' })
  t.regex(speechOf(last), /^I didn't get that/)
  t.is(last.answer.sessionAttributes, undefined)
})

test('the answer that comes after something that was not understood is as good as any', async (t) => {
  const conversation = converse()
  await conversation.say({ intent: 'VolumeUpIntent' })
  await conversation.say({ intent: 'AMAZON.FallbackIntent' })
  const done = await conversation.say({ intent: 'ChoosePlayerIntent', slots: { player: 'kitchen' } })
  t.regex(speechOf(done), /Kitchen Echo is louder\.$/)
})

test('players are asked for once a turn', async (t) => {
  const conversation = converse()
  await conversation.say({ intent: 'PlayIntent', slots: { query: 'help in the kitchen' } })
  t.is(conversation.calls.filter(({ command }) => command === 'players/all').length, 1)
})
