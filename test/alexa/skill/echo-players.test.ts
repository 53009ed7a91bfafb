import { join } from 'node:path'
import test from 'ava'
import { echoPlayers, forgetEchoPlayers } from '../../../src/alexa/skill/echo-players.ts'
import { openKeyvStore } from '../../../src/store/keyv-store.ts'
import { temporaryFolder, testEnvironment } from '../../support/environment.ts'

test('what an Echo stands beside is kept by person and Echo, and goes with the person', async (t) => {
  const { now } = testEnvironment()
  const store = await openKeyvStore(join(temporaryFolder(t), 'skillgate.db'), now)
  t.teardown(() => store.close())
  const echoes = echoPlayers(store, now)
  await echoes.remember('u1', 'amzn1.ask.device.A', 'kitchen')
  await echoes.remember('u1', 'amzn1.ask.device.B', 'office')
  await echoes.remember('u10', 'amzn1.ask.device.A', 'cellar')
  await echoes.remember('u1', 'amzn1.ask.device.B', 'bedroom')
  t.is(await echoes.find('u1', 'amzn1.ask.device.A'), 'kitchen')
  t.is(await echoes.find('u1', 'amzn1.ask.device.B'), 'bedroom')
  t.is(await echoes.find('u2', 'amzn1.ask.device.A'), undefined)
  const { entries } = await store.list('echo', '', undefined, 10)
  t.is(entries.length, 3)
  for (const { id } of entries) t.notRegex(id, /amzn1/)

  await forgetEchoPlayers(store, 'u1')
  t.is(await echoes.find('u1', 'amzn1.ask.device.A'), undefined)
  t.is(await echoes.find('u1', 'amzn1.ask.device.B'), undefined)
  t.is(await echoes.find('u10', 'amzn1.ask.device.A'), 'cellar')
})
