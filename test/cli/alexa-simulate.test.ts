import { createPrivateKey } from 'node:crypto'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { parse, stringify } from 'yaml'
import { startMusicAssistant } from '../../demo/stand-in-music-assistant.ts'
import { SIMULATED_URL } from '../../src/alexa/signatures/simulated-chain.ts'
import { makeSimulatedAlexa } from '../../src/certificates/local/simulated-alexa.ts'
import { runCommand } from '../../src/cli/commands.ts'
import type { CommandOptions, World } from '../../src/cli/world.ts'
import { DAY_MS, makeAmazon, newKey, SKILL, signedHeaders, skillRequest } from '../support/alexa-signing.ts'
import { temporaryFolder, testEnvironment } from '../support/environment.ts'
import { exactRequest } from '../support/exact-request.ts'
import { ADA } from '../support/gateway.ts'
import { skillgate, startProcess, writeConfig } from '../support/process.ts'
import { startUpstream } from '../support/scripted-upstream.ts'
import { type SkillHouse, startSkillHouse } from '../support/skill-house.ts'

/** A gateway that takes a simulator for Alexa, if there is a chain. */
async function startWith(t: ExecutionContext, pems?: { chain: string; key: string }) {
  const chain = join(temporaryFolder(t), 'simulated.pem')
  if (pems) {
    writeFileSync(chain, pems.chain)
    writeFileSync(`${chain}.key`, pems.key)
  }
  const devices = await startUpstream(t, (_, response) => {
    response.end('{"event":{"header":{"name":"Discover.Response"}}}')
  })
  const routes = [{ path: '/directives', methods: ['POST'], upstream: 'devices', auth: 'alexa-directive' }]
  const upstreams = { devices: { url: devices.url } }
  const house = await startSkillHouse(t, { routes, upstreams, more: { alexa: { development: { chain } } } })
  return { house, chain }
}

async function simulate(house: SkillHouse, password = ADA.password, options: CommandOptions = {}) {
  const lines: string[] = []
  const world: World = {
    ...{ ...house, variables: {}, monotonic: undefined, askPassword: async () => password },
    print: (line) => lines.push(line),
    untilStopped: () => Promise.resolve(),
    onHangup: () => {},
  }
  const typed = { user: ADA.name, address: `127.0.0.1:${house.port}`, ...options }
  const code = await runCommand(world, typed, ['alexa', 'simulate'])
  return { code, lines, text: lines.join('\n') }
}

/** Sends what the simulator's key has signed. */
function send(house: SkillHouse, key: string, url = SIMULATED_URL, type = 'LaunchRequest') {
  const body = JSON.stringify(skillRequest({ type, at: house.now() }))
  const [, , urlName = '', urlValue = '', name = '', value = ''] = signedHeaders(
    body,
    { key: createPrivateKey(key) },
    url,
  )
  return exactRequest(house, { method: 'POST', path: '/skill', body, headers: { [urlName]: urlValue, [name]: value } })
}

test('linking, refreshing and signed requests are played, and leave nothing behind', async (t) => {
  const { house } = await startWith(t, await makeSimulatedAlexa(testEnvironment()))
  const { code, lines, text } = await simulate(house)
  t.is(code, 0, text)
  t.regex(lines[0]!, /^alexa\.development is on: a simulator is taken for Alexa\. Take it out/)
  t.regex(lines.at(-1)!, /^All \d\d as expected\.$/)
  for (const name of [
    'ada signs in and approves',
    'the same refresh token once more',
    '/skill: a signed request, with an account',
    '/skill: the same once more',
    '/open-skill: a request of tomorrow',
    '/directives: a discovery, with an account',
    '/directives: a discovery with a token that nobody gave out: INVALID_AUTHORIZATION_CREDENTIAL',
    '/directives: AcceptGrant',
    '/skill: the skill is switched off',
    'its tokens are good no more',
  ])
    t.true(text.includes(`as expected  ${name}`), name)
  const { entries } = await house.prepared.store.list('grant', '', undefined, 10)
  t.deepEqual(entries, [])
})

test('it is said at each start and reload, and at each request that gets in', async (t) => {
  const made = await makeSimulatedAlexa(testEnvironment())
  const { house, chain } = await startWith(t, made)
  t.true((await house.logged('alexa.development is on')).includes(chain))
  t.is((await send(house, made.key)).status, 200)
  await house.logged('LaunchRequest')
  const spelled = SIMULATED_URL.replace('.com/', '.com:443/')
  t.is((await send(house, made.key, spelled, 'IntentRequest')).status, 200)
  t.regex(await house.logged('IntentRequest'), /a simulator was taken for Alexa/, 'in any spelling')
})

test('what differs is shown with what was expected, and the exit code is 1', async (t) => {
  const { house } = await startWith(t, await makeSimulatedAlexa(testEnvironment()))
  const { code, text } = await simulate(house, 'a wrong password')
  t.is(code, 1)
  t.regex(text, /DIFFERS {6}ada signs in and approves: \d+, the page again.*\n +expected 303 to https/)
  t.regex(text, /1 of 2 differ\./)
})

test('a gateway without the setting takes no simulator for Alexa, and simulate says what to write', async (t) => {
  const house = await startSkillHouse(t)
  const { key } = await makeSimulatedAlexa(testEnvironment())
  t.not((await send(house, key)).status, 200)
  const { code, text } = await simulate(house)
  t.is(code, 0, text)
  t.regex(text, /not tried {4}signed requests: .* below alexa:.*\n +development: \{ chain: /)
  t.false(text.includes('/skill:'))
})

test('left switched on it ends by itself after a day', async (t) => {
  const made = await makeSimulatedAlexa(testEnvironment())
  const { house } = await startWith(t, made)
  t.is((await send(house, made.key)).status, 200)
  house.advance(DAY_MS + 1000)
  t.is((await send(house, made.key)).status, 400)
})

test('certificates that would be good for more than two days are believed by nobody', async (t) => {
  const { signer, root, chain } = makeAmazon({ key: newKey() })
  const key = signer.key.export({ type: 'pkcs8', format: 'pem' }).toString()
  const { house } = await startWith(t, { chain: chain + root.pem, key })
  await house.logged('more than two days')
  t.not((await send(house, key)).status, 200)
})

test('the setting opens its own address only: what is at Amazon is judged by the real roots', async (t) => {
  const made = await makeSimulatedAlexa(testEnvironment())
  const { house } = await startWith(t, made)
  t.is((await send(house, made.key, 'https://s3.amazonaws.com/echo.api/other.pem')).status, 400)
})

test('without a chain the gateway starts, and simulate makes one that only its owner can read', async (t) => {
  const { house, chain } = await startWith(t)
  await house.logged('is not used')
  const { code, text } = await simulate(house)
  t.is(code, 1, 'this gateway could not be told')
  t.regex(text, /New certificates are in .*; the gateway could not be told/)
  t.is(statSync(`${chain}.key`).mode & 0o777, 0o600)
  await house.reload()
  t.is((await send(house, readFileSync(`${chain}.key`, 'utf8'))).status, 200)
  t.is((await simulate(house)).code, 0)
})

test('it wants to know who links, and a client that has a secret', async (t) => {
  const house = await startSkillHouse(t)
  await t.throwsAsync(simulate(house, '', { user: undefined }), { message: /--user NAME/ })
  await t.throwsAsync(simulate(house, '', { client: 'phone' }), { message: /--client ID/ })
  await t.throwsAsync(simulate(house, '', { address: 'nowhere' }), { message: /host:port/ })
})

test('check and start say that a simulator is taken for Alexa, whatever the log is told to leave out', async (t) => {
  const music = await startMusicAssistant()
  t.teardown(() => music.close())
  const configFile = writeConfig(t, music)
  const config = parse(readFileSync(configFile, 'utf8'))
  const respond = { status: 200, body: '{"version":"1.0","response":{}}', type: 'application/json' }
  const route = { path: '/skill', methods: ['POST'], auth: 'alexa-skill', skill_ids: [SKILL], respond }
  const alexa = { development: { chain: 'data/simulated.pem' } }
  const log = { level: 'error' }
  writeFileSync(configFile, stringify({ ...config, routes: [...config.routes, route], alexa, log }))
  const said = /^ +alexa\.development is on: a simulator is taken for Alexa/m
  t.regex((await skillgate(['check', '--config', configFile])).stdout, said)

  const input = `${ADA.password}\n`
  t.is((await skillgate(['user', 'add', ADA.name, '--config', configFile], { input })).code, 0)
  const gateway = await startProcess(t, configFile)
  t.regex(gateway.output.stdout, said)
  const words = ['alexa', 'simulate', '--user', ADA.name, '--address', `127.0.0.1:${gateway.port}`]
  const { code, stdout } = await skillgate([...words, '--config', configFile], { input })
  t.is(code, 0, stdout)
  t.regex(stdout, /^as expected {2}\/skill: a signed request, with an account: 200, without a card$/m)
  t.regex(gateway.output.stderr, /is taken for Alexa until/, 'the gateway was told of the new certificates')
})
