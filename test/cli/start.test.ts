import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { parse, stringify } from 'yaml'
import { refuseNode } from '../../bin/refuse-node.js'
import { type MusicAssistant, startMusicAssistant } from '../../demo/stand-in-music-assistant.ts'
import { temporaryFolder } from '../support/environment.ts'
import { ADA, testConfig } from '../support/gateway.ts'
import { callApi, link } from '../support/linking.ts'
import { skillgate, startProcess, writeConfig } from '../support/process.ts'

const OLD_NODE = `data:text/javascript,Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })`

test('a Node with the header-smuggling hole is refused with one line that says what to install', async (t) => {
  const { code, stdout, stderr } = await skillgate(['start'], { flags: ['--import', OLD_NODE] })
  t.is(code, 1)
  t.is(stdout, '')
  t.regex(stderr, /^Skillgate needs Node\.js 24\.18\.1 .* this is 20\.20\.2\. .*npm ci.*\n$/)
})

test('exactly the Node versions without the hole are taken', (t) => {
  for (const version of ['24.18.1', '24.18.2', '24.21.0', '26.5.1', '26.10.0', '27.0.0']) {
    t.is(refuseNode(version, [], undefined), undefined, version)
  }
  for (const version of ['16.20.2', '20.20.2', '22.99.0', '24.18.0', '24.17.9', '25.9.0', '26.5.0', '26.4.9']) {
    t.regex(refuseNode(version, [], undefined) ?? '', /needs Node/, version)
  }
})

test('the lenient HTTP parser is refused, in whichever way it was asked for', async (t) => {
  for (const world of [
    { flags: ['--insecure-http-parser'] },
    { variables: { NODE_OPTIONS: '--insecure-http-parser' } },
    { variables: { NODE_OPTIONS: '--insecure_http_parser' } },
  ]) {
    const { code, stderr } = await skillgate(['start'], world)
    t.is(code, 1)
    t.regex(stderr, /^Skillgate does not run with --insecure-http-parser.*\n$/)
  }
})

async function startLinked(t: ExecutionContext) {
  const music = await startMusicAssistant()
  t.teardown(() => music.close())
  const config = writeConfig(t, music)
  const shortest = readFileSync(config, 'utf8').replace(/response_timeout: \d+/, 'response_timeout: 1')
  writeFileSync(config, shortest)
  await skillgate(['user', 'add', ADA.name, '--config', config], { input: `${ADA.password}\n` })
  const gateway = await startProcess(t, config)
  return { music, config, gateway, tokens: await link(gateway) }
}

async function callHalfway(music: MusicAssistant, gateway: Parameters<typeof callApi>[0], access: string) {
  music.misbehave('trickle', { times: 1 })
  const before = music.requestCount
  const call = callApi(gateway, access)
  await music.until(() => music.requestCount > before)
  return call
}

test('asked to stop, the gateway finishes what is in flight, takes nothing new, and exits with 0', async (t) => {
  const { music, gateway, tokens } = await startLinked(t)
  music.misbehave('hang', { times: 1 })
  const before = music.requestCount
  const call = callApi(gateway, tokens.access)
  await music.until(() => music.requestCount > before)
  const stopped = gateway.stop()
  // The stand-in never answers: after a second the gateway does, with 504, and then it ends.
  t.is((await call).status, 504)
  t.is(await stopped, 0)
  t.is(gateway.output.stderr.includes('uncaught'), false)
})

test('a second signal ends the gateway at once', async (t) => {
  const { music, gateway, tokens } = await startLinked(t)
  const call = callHalfway(music, gateway, tokens.access).catch((error: Error) => error)
  await music.until(() => music.openSockets > 0)
  void gateway.stop('SIGINT')
  while (!gateway.output.stdout.includes('Stopping')) await once(gateway.child.stdout!, 'data')
  t.is(await gateway.stop('SIGINT'), 1)
  t.true((await call) instanceof Error)
})

/** A port that another program listens on, and a configuration to be changed to it. */
async function takePort(t: ExecutionContext) {
  const holder = createServer().listen(0, '127.0.0.1')
  await once(holder, 'listening')
  t.teardown(() => holder.close())
  const { port } = holder.address() as { port: number }
  const music = await startMusicAssistant()
  t.teardown(() => music.close())
  const config = writeConfig(t, music)
  return { port, music, config }
}

test('a port that is taken is said in words', async (t) => {
  const { port, music, config } = await takePort(t)
  const values = { ...testConfig(music.url), listen: { https: `127.0.0.1:${port}` } }
  writeFileSync(config, stringify(values))
  const { code, stderr } = await skillgate(['start', '--config', config])
  t.is(code, 1)
  t.regex(stderr, /EADDRINUSE.*another program listens there/)
})

test('a start that can have only one of its two ports gives that one back and ends', async (t) => {
  const { port, music, config } = await takePort(t)
  const listen = { https: '127.0.0.1:0', http: `127.0.0.1:${port}` }
  writeFileSync(config, stringify({ ...testConfig(music.url), listen }))
  const { code, stdout, stderr } = await skillgate(['start', '--config', config])
  t.is(code, 1)
  t.notRegex(stdout, /listening/)
  t.regex(stderr, /EADDRINUSE.*another program listens there/)
})

test('an address that this machine does not have is said in words', async (t) => {
  const music = await startMusicAssistant()
  t.teardown(() => music.close())
  const config = writeConfig(t, music)
  for (const [host, expected] of [
    ['192.0.2.1', /this machine does not have that address/],
    ['nowhere.invalid', /nobody knows that name/],
  ] as const) {
    writeFileSync(config, stringify({ ...testConfig(music.url), listen: { https: `${host}:0` } }))
    const { code, stderr } = await skillgate(['start', '--config', config])
    t.is(code, 1)
    t.regex(stderr, expected)
    t.is(stderr.trimEnd().split('\n').length, 1)
  }
})

test('every mistake of a configuration is printed, and nothing is started', async (t) => {
  const file = join(temporaryFolder(t), 'gateway.yaml')
  writeFileSync(file, 'public_url: http://x\nlisten: { https: nowhere }\n')
  for (const command of [['start'], ['check'], ['user', 'list']]) {
    const { code, stdout, stderr } = await skillgate([...command, '--config', file])
    t.is(code, 1)
    t.is(stdout, '')
    t.regex(
      stderr,
      /^gateway\.yaml:1:1 public_url: expected an https URL.*\ngateway\.yaml:2:11 listen\.https: expected/s,
    )
  }
})

test('check does all of a start but the listening, and says what would be served', async (t) => {
  const music = await startMusicAssistant()
  t.teardown(() => music.close())
  const config = writeConfig(t, music)
  const { code, stdout } = await skillgate(['check', '--config', config])
  t.is(code, 0)
  for (const expected of [
    /is good\. A start would serve https:\/\/dev\.jasonhollis\.com/,
    /fault {6}Certificates here: .* of the\s+local CA, which nobody else trusts\.\n +needed: a certificate that everybody trusts/,
    /authorization URI {2}https:\/\/dev\.jasonhollis\.com\/alexa\/authorize/,
    /client amazon-alexa \(Amazon Alexa\): music\.read music\.control user:read/,
    /music-assistant {2}http:\S+, with a token of the gateway's own/,
    /\/api \(POST\) -> music-assistant, with a token music\.control/,
    /\/imageproxy\/\* \(GET HEAD\) -> .*, everybody/,
  ]) {
    t.regex(stdout, expected)
  }
})

test('check refuses what a start would refuse: a missing token, a certificate that is not there', async (t) => {
  const file = join(temporaryFolder(t), 'gateway.yaml')
  writeFileSync(file, stringify(testConfig('http://127.0.0.1:1')))
  const missing = await skillgate(['check', '--config', file])
  t.is(missing.code, 1)
  t.regex(missing.stderr, /music-assistant\.token is not there: write the token/)

  const values = parse(stringify(testConfig('http://127.0.0.1:1')))
  writeFileSync(file, stringify({ ...values, tls: { source: 'files', certificate: 'no.pem', key: 'no.key' } }))
  const noCertificate = await skillgate(['check', '--config', file])
  t.is(noCertificate.code, 1)
  t.regex(noCertificate.stderr, /no\.pem/)
})
