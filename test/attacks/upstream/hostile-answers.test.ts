import test, { type ExecutionContext } from 'ava'
import { startTestHouse } from '../../support/gateway.ts'
import { ENDLESS, ENDS } from './ends.ts'
import { FRAMING } from './framing.ts'
import { HEADS } from './heads.ts'
import type { HostileAnswer, Method } from './hostile-answer.ts'
import { checkAnswers, checkAtOnce, startHostileUpstream } from './play-answers.ts'
import { ENDLESS_UPGRADES, UPGRADES } from './upgrades.ts'

const ALL: Method[] = ['GET', 'HEAD', 'POST']

async function startBefore(t: ExecutionContext, answers: HostileAnswer[], responseTimeout = 60) {
  const upstream = await startHostileUpstream(t, answers)
  const house = await startTestHouse(t, ({ upstreams }) => {
    upstreams['music-assistant'].url = upstream.url
    upstreams['music-assistant'].response_timeout = responseTimeout
  })
  return { house, upstream, answers }
}

test('64. what frames a body wrongly is no answer, and half a body never looks whole', async (t) => {
  await checkAnswers(t, await startBefore(t, FRAMING), ALL)
})

test('64. a head that is none is answered 502, whatever is wrong with it, and nobody else gets what follows', async (t) => {
  await checkAnswers(t, await startBefore(t, HEADS), ALL)
})

test('64. a GET is sent once more only where nothing of an answer came', async (t) => {
  await checkAnswers(t, await startBefore(t, ENDS), ALL)
})

test('64. an answer that never begins is given up in time, whatever drips meanwhile', async (t) => {
  await checkAtOnce(t, await startBefore(t, ENDLESS, 1), ['GET', 'POST'])
})

test('64. only what switches to WebSocket, and answers this very request, becomes one', async (t) => {
  await checkAnswers(t, await startBefore(t, UPGRADES), ['upgrade'])
})

test('64. an upgrade that is never answered is given up in time, whatever drips meanwhile', async (t) => {
  await checkAtOnce(t, await startBefore(t, ENDLESS_UPGRADES, 1), ['upgrade'])
})

test('64. the list of hostile answers is long, and has each once', (t) => {
  const lists = [FRAMING, HEADS, ENDS, ENDLESS, UPGRADES, ENDLESS_UPGRADES]
  t.true(lists.flat().length >= 150)
  for (const list of lists) t.is(new Set(list.map(({ id }) => id)).size, list.length)
})
