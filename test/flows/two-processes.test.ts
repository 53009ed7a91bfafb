import { readFileSync, writeFileSync } from 'node:fs'
import test from 'ava'
import { request } from 'undici'
import { parse, stringify } from 'yaml'
import { startMusicAssistant } from '../../demo/stand-in-music-assistant.ts'
import { Browser } from '../support/browser.ts'
import { ADA } from '../support/gateway.ts'
import { approve, callApi, exchange, link, linkPhone, openAuthorize, postToken, refresh } from '../support/linking.ts'
import { type GatewayProcess, skillgate, startProcess, writeConfig } from '../support/process.ts'

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

test('of 30 apps of one address that register at two processes without a token ten do, and one that is removed is out at both', async (t) => {
  const music = await startMusicAssistant()
  t.teardown(() => music.close())
  const file = writeConfig(t, music)
  const config = parse(readFileSync(file, 'utf8'))
  config.oauth.registration = { open: true }
  writeFileSync(file, stringify(config))
  await skillgate(['user', 'add', ADA.name, '--config', file], { input: `${ADA.password}\n` })
  const [here, there] = await Promise.all([startProcess(t, file), startProcess(t, file)])
  t.regex(here.output.stdout + here.output.stderr, /oauth\.registration\.open is true/)

  const answers = await Promise.all(Array.from({ length: 30 }, (_, i) => register(i % 2 ? here : there)))
  t.deepEqual(answers.map(({ status }) => status).sort(), [...Array(10).fill(201), ...Array(20).fill(429)])
  const { client_id = '' } = answers.find(({ status }) => status === 201)?.json ?? {}

  const app = { client_id, redirect_uri: BACK, scope: 'music.read music.control' }
  const tokens = await linkPhone(here, app)
  t.is((await callApi(there, tokens.access)).status, 200)
  t.is((await skillgate(['client', 'remove', client_id, '--config', file])).code, 0)
  for (const gateway of [here, there]) {
    t.is((await callApi(gateway, tokens.access)).status, 401)
    const form = { grant_type: 'refresh_token', client_id, refresh_token: tokens.refresh }
    t.is((await postToken(gateway, form)).json.error, 'invalid_client')
    t.is((await openAuthorize(gateway, app)).status, 400)
  }
})

const BACK = 'https://app.example/back'

async function register(gateway: GatewayProcess) {
  const { statusCode: status, body } = await request(`https://localhost:${gateway.port}/alexa/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ redirect_uris: [BACK], token_endpoint_auth_method: 'none' }),
    dispatcher: new Browser(gateway).dispatcher,
  })
  return { status, json: (await body.json()) as Record<string, string> }
}
