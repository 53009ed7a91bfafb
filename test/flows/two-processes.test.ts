import test from 'ava'
import { startMusicAssistant } from '../../demo/stand-in-music-assistant.ts'
import { ADA } from '../support/gateway.ts'
import { approve, callApi, exchange, link, refresh } from '../support/linking.ts'
import { skillgate, startProcess, writeConfig } from '../support/process.ts'

test('33. of 20 parallel exchanges of one code at two processes, one gets tokens', async (t) => {
  const music = await startMusicAssistant()
  t.teardown(() => music.close())
  const config = writeConfig(t, music)
  await skillgate(['user', 'add', ADA.name, '--config', config], { input: `${ADA.password}\n` })
  const gateways = await Promise.all([startProcess(t, config), startProcess(t, config)])

  for (let round = 0; round < 5; round++) {
    const code = (await approve(gateways[round % 2]!)).get('code')
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => exchange(gateways[i % 2]!, code)))
    t.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array(19).fill(400)])
    t.is(answers.filter(({ json }) => json.error === 'invalid_grant').length, 19)
    const won = answers.find(({ status }) => status === 200)
    for (const gateway of gateways) t.is((await callApi(gateway, String(won?.json.access_token))).status, 200)
  }
})

test('a user who is removed by the command is out at once, in a gateway that remembers the token', async (t) => {
  const music = await startMusicAssistant()
  t.teardown(() => music.close())
  const config = writeConfig(t, music)
  await skillgate(['user', 'add', ADA.name, '--config', config], { input: `${ADA.password}\n` })
  const gateway = await startProcess(t, config)
  const tokens = await link(gateway)
  t.is((await callApi(gateway, tokens.access)).status, 200)

  const removed = await skillgate(['user', 'remove', 'ADA', '--config', config])
  t.is(removed.stdout, 'ada is removed, and 1 link was ended.\n')
  t.is((await callApi(gateway, tokens.access)).status, 401)
  t.is((await refresh(gateway, tokens.refresh)).json.error, 'invalid_grant')

  // Somebody else may be called ada later, and gets nothing of the first one's.
  await skillgate(['user', 'add', ADA.name, '--config', config], { input: `${ADA.password}\n` })
  t.is((await callApi(gateway, tokens.access)).status, 401)
  t.is((await callApi(gateway, (await link(gateway)).access)).status, 200)
})
