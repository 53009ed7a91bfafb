import { readFileSync, writeFileSync } from 'node:fs'
import test from 'ava'
import { parse, stringify } from 'yaml'
import { startMusicAssistant } from '../../demo/stand-in-music-assistant.ts'
import { ADA } from '../support/gateway.ts'
import { approve, callApi, exchange, link, refresh } from '../support/linking.ts'
import { skillgate, startProcess, writeConfig } from '../support/process.ts'

test('what was linked survives a restart: the old tokens call and refresh in a new process', async (t) => {
  const music = await startMusicAssistant()
  t.teardown(() => music.close())
  const config = writeConfig(t, music)

  const first = await startProcess(t, config)
  t.regex(first.output.stdout, /Nobody can sign in yet.*npx skillgate user add NAME/)
  const added = await skillgate(['user', 'add', ADA.name, '--config', config], { input: `${ADA.password}\n` })
  t.is(added.code, 0, added.stderr)
  const tokens = await link(first)
  t.is((await callApi(first, tokens.access)).status, 200)
  const halfway = (await approve(first)).get('code')
  t.is(await first.stop(), 0)

  const second = await startProcess(t, config)
  t.notRegex(second.output.stdout, /Nobody can sign in/)
  t.is(second.secrets.alexa, first.secrets.alexa)
  t.is(second.ca, first.ca)
  t.is((await callApi(second, tokens.access)).status, 200)
  const refreshed = await refresh(second, tokens.refresh)
  t.is(refreshed.status, 200)
  t.is((await callApi(second, String(refreshed.json.access_token))).status, 200)
  t.is((await exchange(second, halfway)).status, 200)
  t.is(await second.stop('SIGINT'), 0)
})

test('a gateway that is killed loses nothing that it has answered', async (t) => {
  const music = await startMusicAssistant()
  t.teardown(() => music.close())
  const config = writeConfig(t, music)
  await skillgate(['user', 'add', ADA.name, '--config', config], { input: `${ADA.password}\n` })

  const first = await startProcess(t, config)
  const tokens = await link(first)
  await first.stop('SIGKILL')

  const second = await startProcess(t, config)
  t.is((await callApi(second, tokens.access)).status, 200)
  t.is((await refresh(second, tokens.refresh)).status, 200)
})

test('a scope that the configuration takes from a client is gone after a restart, also from what was linked before', async (t) => {
  const music = await startMusicAssistant()
  t.teardown(() => music.close())
  const config = writeConfig(t, music)
  await skillgate(['user', 'add', ADA.name, '--config', config], { input: `${ADA.password}\n` })
  const first = await startProcess(t, config)
  const tokens = await link(first, { scope: 'music.control user:read' })
  t.is((await callApi(first, tokens.access)).status, 200)
  await first.stop()

  const values = parse(readFileSync(config, 'utf8'))
  values.oauth.clients[0].scopes = ['music.read', 'user:read']
  writeFileSync(config, stringify(values))
  const second = await startProcess(t, config)
  t.is((await callApi(second, tokens.access)).status, 403)
  const refreshed = await refresh(second, tokens.refresh)
  t.is(refreshed.json.scope, 'user:read')
  t.is((await refresh(second, tokens.refresh, { scope: 'music.control' })).json.error, 'invalid_scope')
  t.is((await callApi(second, String(refreshed.json.access_token))).status, 403)
})
