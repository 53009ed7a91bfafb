import test from 'ava'
import { converse, ECHO, PLAYERS, speechOf } from '../../support/skill.ts'

const ASKED = 'Which player should this Echo control? There are Kitchen Echo, Büro Echo and Living Room.'

test('an Echo that nobody has said anything of is asked about once, and then remembered', async (t) => {
  const conversation = converse()
  const asked = await conversation.say({ intent: 'PlayAlbumIntent', slots: { album: 'abbey road' } })
  t.is(speechOf(asked), ASKED)
  t.false(asked.answer.response.shouldEndSession)
  t.deepEqual(conversation.done(), [])

  const played = await conversation.say({ intent: 'ChoosePlayerIntent', slots: { player: 'the living room' } })
  t.is(
    speechOf(played),
    'This Echo now controls Living Room. Playing the album Abbey Road by The Beatles on Living Room.',
  )
  t.deepEqual(conversation.done().at(-1)?.args, {
    queue_id: 'living-room',
    media: 'library://album/2',
    option: 'replace',
  })
  t.deepEqual([...conversation.remembered], [[`u1 ${ECHO}`, 'living-room']])

  t.is(speechOf(await conversation.say({ intent: 'VolumeUpIntent' })), 'Living Room is louder.')
})

test('what was asked for in German goes on in German', async (t) => {
  const conversation = converse({ locale: 'de-DE' })
  await conversation.say({ intent: 'AMAZON.PauseIntent' })
  const done = await conversation.say({ intent: 'ChoosePlayerIntent', slots: { player: 'im büro' } })
  t.is(speechOf(done), 'Dieser Echo steuert jetzt Büro Echo. Büro Echo macht Pause.')
})

test('"in the kitchen" counts once, and changes nothing that is remembered', async (t) => {
  const conversation = converse()
  conversation.remembered.set(`u1 ${ECHO}`, 'living-room')
  const slots = { artist: 'queen', player: 'in the kitchen' }
  t.regex(speechOf(await conversation.say({ intent: 'PlayArtistIntent', slots })), /on Kitchen Echo/)
  t.is(conversation.remembered.get(`u1 ${ECHO}`), 'living-room')
})

test('each person and each Echo has an answer of their own', async (t) => {
  const conversation = converse()
  conversation.remembered.set(`u1 ${ECHO}`, 'living-room')
  conversation.remembered.set(`u2 amzn1.ask.device.OTHER`, 'living-room')
  t.is(speechOf(await conversation.say({ intent: 'VolumeUpIntent', device: 'amzn1.ask.device.OTHER' })), ASKED)
})

test('whoever answers twice with what is no player is asked no more', async (t) => {
  const conversation = converse()
  await conversation.say({ intent: 'VolumeUpIntent' })
  const again = await conversation.say({ intent: 'ChoosePlayerIntent', slots: { player: 'moon' } })
  t.regex(speechOf(again), /^I don't know that player. There are .* Which one should it be\?$/)
  const last = await conversation.say({ intent: 'ChoosePlayerIntent', slots: { player: 'mars' } })
  t.is(speechOf(last), "I don't know a player called mars.")
  t.true(last.answer.response.shouldEndSession)
})

test('the second answer is as good as the first', async (t) => {
  const conversation = converse()
  await conversation.say({ intent: 'VolumeUpIntent' })
  await conversation.say({ intent: 'ChoosePlayerIntent', slots: { player: 'moon' } })
  const done = await conversation.say({ intent: 'ChoosePlayerIntent', slots: { player: 'kitchen' } })
  t.is(speechOf(done), 'This Echo now controls Kitchen Echo. Kitchen Echo is louder.')
})

test('"stop" in the middle of the question ends the question, and stops no music', async (t) => {
  const conversation = converse()
  await conversation.say({ intent: 'VolumeUpIntent' })
  t.is(speechOf(await conversation.say({ intent: 'AMAZON.StopIntent' })), 'All right.')
  t.deepEqual(conversation.done(), [])
})

test('the configuration is asked before the memory, by a name or an id', async (t) => {
  for (const configured of ['kitchen', 'echo-kitchen', 'KITCHEN ECHO']) {
    const conversation = converse({ players: { [ECHO]: configured } })
    conversation.remembered.set(`u1 ${ECHO}`, 'living-room')
    t.is(speechOf(await conversation.say({ intent: 'VolumeUpIntent' })), 'Kitchen Echo is louder.', configured)
  }
})

test('an Echo of the configuration is not moved by what somebody says', async (t) => {
  const conversation = converse({ players: { [ECHO]: 'kitchen' } })
  const answered = await conversation.say({ intent: 'ChoosePlayerIntent', slots: { player: 'living room' } })
  t.regex(speechOf(answered), /configuration says that this Echo controls Kitchen Echo\.$/)
  t.is(conversation.remembered.size, 0)
})

test('where there is but one player nobody is asked', async (t) => {
  const conversation = converse({ answers: { 'players/all': PLAYERS.slice(0, 1) } })
  t.is(speechOf(await conversation.say({ intent: 'VolumeUpIntent' })), 'Kitchen Echo is louder.')
})

test('a player that is remembered and gone is asked about anew', async (t) => {
  const conversation = converse()
  conversation.remembered.set(`u1 ${ECHO}`, 'sold')
  t.is(speechOf(await conversation.say({ intent: 'VolumeUpIntent' })), ASKED)
})

test('where Alexa tells no device, what is answered counts for now', async (t) => {
  const conversation = converse()
  await conversation.say({ intent: 'VolumeUpIntent', device: null })
  const done = await conversation.say({ intent: 'ChoosePlayerIntent', slots: { player: 'kitchen' }, device: null })
  t.regex(speechOf(done), /Kitchen Echo is louder\.$/)
  t.is(conversation.remembered.size, 0)
})

test('attributes of a session that are none of ours are as good as none', async (t) => {
  for (const pending of [
    1,
    { intent: 'x' },
    { intent: 'ChoosePlayerIntent', slots: {}, asked: 1 },
    { intent: '__proto__', slots: {}, asked: 1 },
  ]) {
    const conversation = converse()
    const said = { intent: 'ChoosePlayerIntent', slots: { player: 'kitchen' }, attributes: { pending } }
    t.is(speechOf(await conversation.say(said)), 'This Echo now controls Kitchen Echo.')
  }
})
