import { rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { startAudioServer } from '../../../../demo/stand-in-audio.ts'
import { baseUrl } from '../../../../src/app/doctor/house/base-url.ts'
import { streams } from '../../../../src/app/doctor/house/streams.ts'
import { judge as judgeToken, upstreamTokens } from '../../../../src/app/doctor/house/upstream-tokens.ts'
import { judge, upstreams } from '../../../../src/app/doctor/house/upstreams.ts'
import type { TestConfig } from '../../../support/gateway.ts'
import { look, patientWith } from '../../../support/house-patient.ts'
import { listenUntilEnd } from '../../../support/listen-until-end.ts'
import { asMusicAssistant } from '../../../support/music-client.ts'
import { start } from '../../../support/stand-in.ts'

const DAY_MS = 86_400_000

/** A Music Assistant, and what a doctor sees of a gateway before it whose token is that of this account. */
async function before(t: ExecutionContext, account: string, change: (config: TestConfig) => void = () => {}) {
  const music = await start(t)
  const { patient, folder } = patientWith(
    t,
    (config) => {
      asMusicAssistant(config)
      change(config)
    },
    music.url,
  )
  const tokenFile = join(folder, 'data', 'music-assistant.token')
  const token = music.createToken(account)
  writeFileSync(tokenFile, token, { mode: 0o600 })
  return { music, patient, folder, token, tokenFile }
}

/** Answers `/info` as this says. */
async function startInfo(t: ExecutionContext, info: () => object): Promise<string> {
  const server = createServer((_, response) => response.end(JSON.stringify(info())))
  return `http://127.0.0.1:${await listenUntilEnd(t, server)}`
}

test('a Music Assistant that is there is told with its version, and another server as there', async (t) => {
  const { music, patient } = await before(t, 'anna')
  t.deepEqual(await look(upstreams, patient), [
    `good: music-assistant at ${music.url} is Music Assistant 2.10.0.dev0 (schema 77).`,
    `good: music-assistant-open at ${music.url} answers.`,
  ])
})

test('a Music Assistant that does not answer is a fault, and says what to look at', async (t) => {
  const { music, patient } = await before(t, 'anna')
  music.misbehave('reset')
  const found = (await look(upstreams, patient)).join('\n')
  t.regex(
    found,
    /^fault: music-assistant at http:\S+: .+\. Is it running, and is upstreams\.music-assistant\.url its address\?$/m,
  )
  t.regex(found, /^attention: music-assistant-open at http:/m)
})

test('something else where Music Assistant should be is a fault', async (t) => {
  const audio = await startAudioServer()
  t.teardown(() => audio.close())
  const { patient } = patientWith(t, asMusicAssistant, audio.url)
  t.regex((await look(upstreams, patient))[0]!, /^fault: .* is no Music Assistant: \/info says 404\. Is it running/)
})

test('versions from 28 to 77 are known, those beyond are to be kept in mind, and one that is not set up is a fault', (t) => {
  const facts = { id: 'x', version: '2', schema: 28, baseUrl: undefined, isSetUp: true }
  const verdictOf = (change: object) => judge('music', 'http://127.0.0.1:8095', { ...facts, ...change }).verdict
  t.is(verdictOf({}), 'good')
  t.is(verdictOf({ schema: 77 }), 'good')
  t.is(verdictOf({ schema: 27 }), 'attention')
  t.is(verdictOf({ schema: 78 }), 'attention')
  t.is(verdictOf({ isSetUp: false }), 'fault')
})

test('a CA that can not be read is a fault of its upstream alone', async (t) => {
  const { patient } = await before(t, 'anna', ({ upstreams: { 'music-assistant': music } }) => {
    music.url = music.url.replace('http:', 'https:')
    music.ca = 'no-ca.pem'
  })
  t.regex((await look(upstreams, patient))[0]!, /^fault: \S+no-ca\.pem can't be read/)
  t.is((await baseUrl.look(patient))[0]?.verdict, 'unseen')
})

test('a token of an ordinary user is good, and for how long is told', async (t) => {
  const { patient } = await before(t, 'anna')
  t.regex(
    (await look(upstreamTokens, patient)).join(),
    /^good: upstreams\.music-assistant\.token is that of anna \(user\), and good for 36[45] days\.$/,
  )
})

test('one that was revoked is a fault, one of an administrator is to be kept in mind', async (t) => {
  const { music, patient, token, tokenFile } = await before(t, 'anna')
  music.revokeToken(token)
  t.deepEqual(await look(upstreamTokens, patient), [
    'fault: music-assistant does not know upstreams.music-assistant.token (401).',
  ])
  writeFileSync(tokenFile, music.createToken('admin'), { mode: 0o600 })
  t.regex((await look(upstreamTokens, patient)).join(), /^attention: .* is that of admin, an administrator there/)
})

test('one that ends within a month is to be kept in mind', (t) => {
  const anna = { name: 'anna', role: 'user' }
  t.like(judgeToken('music', anna, 30 * DAY_MS), [{ verdict: 'good' }])
  t.like(judgeToken('music', anna, 30 * DAY_MS - 1), [{ verdict: 'attention' }])
  t.like(judgeToken('music', anna, Number.POSITIVE_INFINITY), [
    { verdict: 'good', found: 'upstreams.music.token is that of anna (user).' },
  ])
})

test('no token is a fault, unless people have accounts of their own there', async (t) => {
  const without = ({ upstreams }: TestConfig) => Reflect.deleteProperty(upstreams['music-assistant'], 'token')
  const { patient } = await before(t, 'anna', without)
  t.regex((await look(upstreamTokens, patient)).join(), /^fault: upstreams\.music-assistant has no token, and nobody/)
  const { patient: personal } = await before(t, 'anna', (config) => {
    without(config)
    Object.assign(config, { users: { source: 'music-assistant', upstream: 'music-assistant' } })
  })
  t.regex((await look(upstreamTokens, personal)).join(), /^good: People act at music-assistant with accounts of their/)
})

test('a token whose file is gone is a fault; whose it is can not be asked while nobody answers', async (t) => {
  const { music, patient, tokenFile } = await before(t, 'anna')
  music.misbehave('reset')
  t.regex((await look(upstreamTokens, patient)).join(), /^unseen: Whose the token is can't be asked/)
  rmSync(tokenFile)
  t.regex((await look(upstreamTokens, patient)).join(), /^fault: \S+music-assistant\.token is not there/)
})

test('a base URL that is the address of the upstream, or leads to the same server, is good', async (t) => {
  const { patient } = await before(t, 'anna')
  t.regex((await look(baseUrl, patient)).join(), /^good: The base URL of music-assistant is http:/)
  const info = { server_id: 'one', server_version: '2.9.0', schema_version: 77, base_url: '' }
  const url = await startInfo(t, () => info)
  info.base_url = url.replace('127.0.0.1', 'localhost')
  const { patient: other } = patientWith(t, asMusicAssistant, url)
  t.regex((await look(baseUrl, other)).join(), /^good: The base URL of music-assistant, http:\S+, leads to it\.$/)
})

test('a base URL that leads nowhere, to another server, or is none, is to be kept in mind', async (t) => {
  const elsewhere = await startInfo(t, () => ({ server_id: 'two', server_version: '2.9.0', schema_version: 77 }))
  for (const [base_url, why] of [
    ['http://127.0.0.1:1', /from here nobody answers there who is a Music Assistant/],
    [elsewhere, /from here there is another one there/],
    ['not a URL', /is none: not a URL/],
  ] as const) {
    const url = await startInfo(t, () => ({ server_id: 'one', server_version: '2.9.0', schema_version: 77, base_url }))
    const { patient } = patientWith(t, asMusicAssistant, url)
    const [finding] = await baseUrl.look(patient)
    t.is(finding?.verdict, 'attention')
    t.regex(finding?.found ?? '', why)
  }
})

test('the port of streams is looked at where streams are handed out, and a fault while nobody answers', async (t) => {
  const { patient } = await before(t, 'anna')
  t.regex((await look(streams, patient)).join(), /^good: No streams are handed out/)
  const audio = await startAudioServer()
  t.teardown(() => audio.close())
  const withAudio = (url: string) => (config: TestConfig) => {
    Object.assign(config.upstreams, { streams: { url } })
    Object.assign(config, { audio: { upstream: 'streams' } })
    for (const path of ['/flow/*', '/single/*'])
      config.routes.push({ path, methods: ['GET'], upstream: 'streams', auth: 'signed-url' })
  }
  const { patient: there } = await before(t, 'anna', withAudio(audio.url))
  t.regex((await look(streams, there)).join(), /^good: streams at http:\S+ answers \(\d+\)\.$/)
  // It is looked at by itself, and not once more among the servers.
  t.notRegex((await look(upstreams, there)).join(), /streams/)
  const { patient: gone } = await before(t, 'anna', withAudio('http://127.0.0.1:1'))
  t.regex((await look(streams, gone)).join(), /^fault: streams at http:\/\/127\.0\.0\.1:1: .*ECONNREFUSED/)
})
