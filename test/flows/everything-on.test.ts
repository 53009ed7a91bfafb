import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import test, { type ExecutionContext } from 'ava'
import { parse, stringify } from 'yaml'
import { startAudioServer } from '../../demo/stand-in-audio.ts'
import { startMusicAssistant } from '../../demo/stand-in-music-assistant.ts'
import { Browser } from '../support/browser.ts'
import { ADA } from '../support/gateway.ts'
import { callApi, link, refresh } from '../support/linking.ts'
import { openMusicClient } from '../support/music-client.ts'
import { type GatewayProcess, skillgate, startProcess, writeConfig } from '../support/process.ts'
import { startUpstream } from '../support/scripted-upstream.ts'
import { SKILL_ID } from '../support/skill.ts'
import { pathOf } from '../support/two-hosts.ts'

const linuxOnly = process.platform === 'linux' ? test.serial : test.serial.skip
const UI = 'music.example.org'

/** A gateway in a process of its own, with the few rights that it has, and all that there is to switch on. */
async function startWithEverything(t: ExecutionContext) {
  const [music, audio] = [await startMusicAssistant(), await startAudioServer()]
  t.teardown(() => Promise.all([music.close(), audio.close()]))
  const lambda = await startUpstream(t, (_, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"version":"1.0","response":{},"event":{}}')
  })
  const configFile = writeConfig(t, music)
  const values = parse(readFileSync(configFile, 'utf8'))
  Object.assign(values.upstreams['music-assistant'], { kind: 'music-assistant', commands: { library_write: true } })
  Object.assign(values.upstreams, { ui: { url: music.url }, audio: { url: audio.url }, lambda: { url: lambda.url } })
  Object.assign(values, {
    users: { source: 'music-assistant', upstream: 'music-assistant', local: true },
    audio: { upstream: 'audio', origins: ['http://192.168.1.5:8097'] },
    alexa: {
      skill: { ids: [SKILL_ID], upstream: 'music-assistant' },
      development: { chain: 'data/simulated-alexa.pem' },
    },
    metrics: { listen: '127.0.0.1:0' },
    log: { level: 'debug', format: 'json' },
  })
  Object.assign(values.routes[0], { rewrite: 'audio' })
  values.routes.push(
    { path: '/skill', methods: ['POST'], upstream: 'lambda', auth: 'alexa-skill', skill_ids: [SKILL_ID] },
    { path: '/directives', methods: ['POST'], upstream: 'lambda', auth: 'alexa-directive' },
    { path: '/flow/*', methods: ['GET', 'HEAD'], upstream: 'audio', auth: 'signed-url' },
    { path: '/single/*', methods: ['GET', 'HEAD'], upstream: 'audio', auth: 'signed-url' },
    { path: '/both', upstream: 'ui', auth: 'bearer-or-session' },
    {
      host: UI,
      path: '/*',
      upstream: 'ui',
      auth: 'session',
      pass_authorization: true,
      sandbox: false,
      websocket: true,
    },
  )
  writeFileSync(configFile, stringify(values))
  await skillgate(['user', 'add', ADA.name, '--config', configFile], { input: `${ADA.password}\n` })
  return { music, configFile, values, gateway: await startProcess(t, configFile) }
}

const descriptorsOf = ({ child }: GatewayProcess) => readdirSync(`/proc/${child.pid}/fd`).length

function isQuiet(t: ExecutionContext, { output }: GatewayProcess): void {
  const said = `${output.stdout}${output.stderr}`
  t.notRegex(said, /ERR_ACCESS_DENIED|[Uu]nhandled|Warning: |"status":500|at .*\.ts:\d+/, said.slice(-3000))
}

linuxOnly('with all that there is switched on nothing is missing that a gateway with few rights needs', async (t) => {
  const { gateway, configFile, values, music } = await startWithEverything(t)
  const typed = ['--user', ADA.name, '--address', `127.0.0.1:${gateway.port}`, '--config', configFile]
  const simulated = await skillgate(['alexa', 'simulate', ...typed], { input: `${ADA.password}\n` })
  t.is(simulated.code, 0, simulated.stdout + simulated.stderr)
  t.regex(simulated.stdout, /\/alexa\/skill: .*\n/)

  const tokens = await link(gateway, { scope: 'music.read music.control user:read' })
  t.is((await callApi(gateway, tokens.access)).status, 200)
  t.is((await refresh(gateway, tokens.refresh)).status, 200)
  const client = await openMusicClient(t, gateway, { token: tokens.access })
  t.is((await client.ask('players/all')).error_code, undefined)
  const stranger = await openMusicClient(t, gateway)
  t.is(typeof (await stranger.next()).server_id, 'string')

  const [home, ui] = ['dev.jasonhollis.com', UI].map((host) => new Browser(gateway, { host })) as [Browser, Browser]
  const asked = await home.open(pathOf((await ui.open('/info')).location))
  const ticket = await home.submit(asked, { username: ADA.name, password: ADA.password })
  t.is((await ui.open(pathOf(ticket.location))).status, 303)
  t.is((await ui.open('/info')).status, 200)
  const account = await home.open('/alexa/account')
  t.regex(account.text, /Amazon Alexa/)

  // Each part of it goes, comes back, and leaves nothing open.
  const parts = { users: {}, alexa: {}, audio: undefined }
  const open: number[] = []
  for (let round = 0; round < 3; round++) {
    for (const change of [without(values, parts), values]) {
      writeFileSync(configFile, stringify(change))
      const { code, stdout, stderr } = await skillgate(['reload', '--config', configFile])
      t.is(code, 0, stdout + stderr)
      t.is((await client.ask('players/all')).error_code, undefined)
    }
    open.push(descriptorsOf(gateway))
  }
  t.true(open[2]! <= open[0]!, `descriptors: ${open.join(', ')}`)
  t.is((await ui.open('/info')).status, 200)

  // With relays open, and somebody who has yet to sign in.
  t.is(await gateway.stop(), 0)
  t.is((await client.closed).code, 1001)
  t.is(music.openWebSockets, 0)
  isQuiet(t, gateway)
})

/** The same configuration without some of its parts, and without the routes that need them. */
function without(values: { routes: Record<string, unknown>[] }, parts: object) {
  const { audio: _, ...rest } = { ...values, ...parts } as Record<string, unknown>
  const kept = values.routes.filter(({ auth }) => auth !== 'signed-url' && auth !== 'alexa-directive')
  return { ...rest, routes: kept.map(({ rewrite: __, ...route }) => route) }
}
