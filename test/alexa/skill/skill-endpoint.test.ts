import test from 'ava'
import type { CallMusicAssistant } from '../../../src/alexa/skill/call-music-assistant.ts'
import type { EchoPlayers } from '../../../src/alexa/skill/echo-players.ts'
import { skillEndpoint } from '../../../src/alexa/skill/skill-endpoint.ts'
import { StorageError } from '../../../src/files/storage-error.ts'
import { GatewayError } from '../../../src/http/gateway-error.ts'
import { ADA, ANSWERS, envelope } from '../../support/skill.ts'

const answering: CallMusicAssistant = async ({ command }) => ({ kind: 'result', value: ANSWERS[command] ?? null })
const echoes: EchoPlayers = { find: async () => undefined, remember: async () => {} }

interface Asked {
  call?: CallMusicAssistant
  memory?: EchoPlayers
  timeoutMs?: number
  body?: string
}

async function ask({ call = answering, memory = echoes, timeoutMs, body }: Asked = {}) {
  const handle = skillEndpoint({ callsFor: () => call, echoes: memory, players: {}, timeoutMs })
  const sent = body ?? JSON.stringify(envelope({ intent: 'VolumeUpIntent', locale: 'de-DE' }))
  const request = { query: '', headers: {}, address: undefined, identity: ADA, readBody: async () => sent }
  const { status, body: answer, detail } = await handle(request, '/alexa/skill')
  return { status, speech: JSON.parse(answer).response.outputSpeech?.text, detail }
}

test('what takes too long is told in words before Alexa gives up', async (t) => {
  const answered = await ask({ call: () => new Promise(() => {}), timeoutMs: 10 })
  t.deepEqual(
    [answered.status, answered.speech],
    [200, 'Music Assistant braucht zu lange. Vielleicht geschieht es noch.'],
  )
  t.is(answered.detail, 'slow: not answered within 10 ms')
})

test('a memory that fails is told in words, and is no reason to link anew', async (t) => {
  const memory = { ...echoes, find: () => Promise.reject(new StorageError('the disk is full')) }
  const answered = await ask({ memory })
  t.deepEqual([answered.status, answered.detail], [200, 'no_memory: the disk is full'])
  t.regex(answered.speech, /^Das Gateway bei dir zu Hause kann gerade nichts nachsehen/)
})

test('a fault of our own is no answer of the skill', async (t) => {
  const call = () => Promise.reject(new TypeError('a bug'))
  await t.throwsAsync(ask({ call }), { instanceOf: TypeError })
})

test('what is no request to a custom skill is refused', async (t) => {
  for (const body of ['', '{', 'null', '[]', '{"request":1}', '{"directive":{}}', '{"request":{"type":7}}']) {
    const error = await t.throwsAsync(ask({ body }), { instanceOf: GatewayError }, body)
    t.is(error.code, 'skill_request_refused')
  }
})
