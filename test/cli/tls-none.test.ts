import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { request } from 'undici'
import { parse, stringify } from 'yaml'
import { startMusicAssistant } from '../../demo/stand-in-music-assistant.ts'
import { startProcess, writeConfig } from '../support/process.ts'
import { SKILL_ID } from '../support/skill.ts'
import { openTerminal } from '../support/terminal.ts'

/** A configuration for behind a proxy that ends TLS. */
function behindProxy(config: object): void {
  Object.assign(config, { tls: 'none', listen: { plain: '127.0.0.1:0', trusted_proxies: ['127.0.0.1'] } })
}

function openProxiedTerminal(t: ExecutionContext) {
  return openTerminal(t, (config) => {
    behindProxy(config)
    Object.assign(config.upstreams['music-assistant'], { kind: 'music-assistant' })
    Object.assign(config, { alexa: { skill: { ids: [SKILL_ID], upstream: 'music-assistant' } } })
  })
}

test('with tls: none, check says where proxies come to, and of no certificate', async (t) => {
  const { type, folder } = await openProxiedTerminal(t)
  writeFileSync(join(folder, 'data', 'music-assistant.token'), 'a-token', { mode: 0o600 })
  const lines = await type('check')
  t.true(lines.includes('  plain  127.0.0.1:a free port, for the proxies in front'))
  t.true(lines.includes('  certificate of the proxy in front, which nobody here has seen'))
  t.false(lines.some((line) => line.startsWith('  https') || line.includes('local CA')))
})

test('check says whose connections begin with a header of the PROXY protocol', async (t) => {
  const { type, folder } = await openTerminal(t, ({ listen }) => {
    Object.assign(listen, { trusted_proxies: ['127.0.0.1'], proxy_protocol: true })
  })
  writeFileSync(join(folder, 'data', 'music-assistant.token'), 'a-token', { mode: 0o600 })
  t.true((await type('check')).includes('  PROXY protocol, before each connection of listen.trusted_proxies'))
})

test("with tls: none, Alexa's console and the package go by a certificate that nobody here has seen, and say so", async (t) => {
  const { type, folder } = await openProxiedTerminal(t)
  const told = (await type('alexa console')).join('\n')
  t.regex(
    told,
    /SSL certificate type {3}My development endpoint has a certificate from a trusted certificate authority/,
  )
  t.regex(told, /The certificate is that of the proxy in front/)
  const printed = await type(`alexa package ${join(folder, 'skill')}`)
  t.true(printed.some((line) => line.startsWith('Note: The certificate is that of the proxy in front')))
  const { manifest } = JSON.parse(readFileSync(join(folder, 'skill', 'skill-package', 'skill.json'), 'utf8'))
  t.is(manifest.apis.custom.endpoint.sslCertificateType, 'Trusted')
})

test('with tls: none, the simulator wants to know where the proxy is', async (t) => {
  const { type } = await openProxiedTerminal(t)
  const message = 'With tls: none the proxy in front speaks TLS. Say where: --address HOST:443'
  await t.throwsAsync(type('alexa simulate', { user: 'ada' }), { name: 'CommandError', message })
})

test('with tls: none and listen.plain alone a gateway starts, and serves what a proxy brings', async (t) => {
  const music = await startMusicAssistant()
  t.teardown(() => music.close())
  const configFile = writeConfig(t, music)
  const values = parse(readFileSync(configFile, 'utf8'))
  behindProxy(values)
  writeFileSync(configFile, stringify(values))
  const { plainPort, port, output, stop } = await startProcess(t, configFile)
  t.true(Number.isNaN(port))
  t.regex(output.stdout, /listening on http:\/\/127\.0\.0\.1:\d+, for the proxies in front\n/)
  const ask = async (headers: Record<string, string>) => {
    const { statusCode, body } = await request(`http://127.0.0.1:${plainPort}/health`, { headers })
    await body.dump()
    return statusCode
  }
  t.is(await ask({ 'X-Forwarded-Proto': 'https' }), 200)
  t.is(await ask({}), 403)
  t.is(await stop(), 0)
})
