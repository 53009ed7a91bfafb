import { once } from 'node:events'
import { readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { parse, stringify } from 'yaml'
import { startMusicAssistant } from '../../demo/stand-in-music-assistant.ts'
import type { TestConfig } from '../support/gateway.ts'
import { type GatewayProcess, skillgate, startProcess, writeConfig } from '../support/process.ts'
import { exchangeRaw, rawRequest } from '../support/raw-client.ts'

async function start(t: ExecutionContext) {
  const music = await startMusicAssistant()
  t.teardown(() => music.close())
  const config = writeConfig(t, music)
  const gateway = await startProcess(t, config)
  return { config, gateway, ...logOf(gateway) }
}

/** What it logs, read as it comes. */
function logOf({ child, output }: GatewayProcess) {
  const lines = () =>
    output.stderr
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { msg?: string; reason: string; detail: string })
  const reloads = () => lines().filter(({ msg }) => msg?.startsWith('configuration '))
  return {
    reloads,
    async until(count: number) {
      while (reloads().length < count) await once(child.stderr!, 'data')
      return reloads()[count - 1]!
    },
  }
}

/** The configuration with a route that says this. */
function saying(config: string, body: string): string {
  const values = parse(readFileSync(config, 'utf8')) as TestConfig
  const said = { path: '/said', auth: 'none', respond: { status: 200, body } } as never
  return stringify({ ...values, routes: [said, ...values.routes.filter(({ path }) => path !== '/said')] })
}

async function said(gateway: GatewayProcess): Promise<string> {
  return (await exchangeRaw(gateway, rawRequest('GET /said'))).body
}

test('a changed file, SIGHUP and skillgate reload: each has the running gateway serve what the file says', async (t) => {
  const { config, gateway, until } = await start(t)
  writeFileSync(config, saying(config, 'by the file'))
  t.like(await until(1), { msg: 'configuration reloaded', reason: 'a file has changed' })
  t.is(await said(gateway), 'by the file')

  gateway.child.kill('SIGHUP')
  t.like(await until(2), { msg: 'configuration reloaded', reason: 'SIGHUP' })

  const { code, stdout, stderr } = await skillgate(['reload', '--config', config])
  t.is(code, 0, stderr)
  t.is(stdout, `${config} is served now.\n`)
  t.like(await until(3), { msg: 'configuration reloaded', reason: 'skillgate reload' })
  t.is(await gateway.stop(), 0)
})

test('what is broken is refused with its place, each way, and the gateway serves on', async (t) => {
  const { config, gateway, until } = await start(t)
  const good = saying(config, 'good')
  writeFileSync(config, good)
  await until(1)
  writeFileSync(config, good.replace('public_url: https', 'public_url: http'))
  const refused = await until(2)
  const mistake = /^gateway\.yaml:1:\d+ public_url: expected an https URL/
  t.like(refused, { msg: 'configuration refused, the one before stays', reason: 'a file has changed' })
  t.regex(refused.detail, mistake)
  gateway.child.kill('SIGHUP')
  t.regex((await until(3)).detail, mistake)
  const asked = await skillgate(['reload', '--config', config])
  t.is(asked.code, 1)
  t.regex(asked.stderr, mistake)

  writeFileSync(config, good.replace('tls:', 'data_dir: elsewhere\ntls:'))
  t.regex((await until(4)).detail, /^data_dir takes effect at a start only/)
  writeFileSync(config, good.replace('data/music-assistant.token', 'data/gone.token'))
  t.regex((await until(5)).detail, /gone\.token is not there/)
  const impossible = await skillgate(['reload', '--config', config])
  t.is(impossible.code, 1)
  t.regex(
    impossible.stdout,
    /gone\.token is not there.*\nNothing was changed: the configuration before is served on\.\n$/,
  )
  await until(6)
  t.is(await said(gateway), 'good')
  // What was missing is looked for, too.
  writeFileSync(join(config, '../data/gone.token'), 'there-now')
  t.like(await until(7), { msg: 'configuration reloaded', reason: 'a file has changed' })
})

const waysToSave: Record<string, (file: string, text: string) => void> = {
  'written in place': (file, text) => writeFileSync(file, text),
  'written beside and renamed over it': (file, text) => {
    writeFileSync(`${file}.tmp`, text)
    renameSync(`${file}.tmp`, file)
  },
  'a symlink that is turned to another file': (file, text) => {
    writeFileSync(`${file}.${text.length}`, text)
    symlinkSync(`gateway.yaml.${text.length}`, `${file}.new`)
    renameSync(`${file}.new`, file)
  },
  'deleted and made anew': (file, text) => {
    rmSync(file)
    writeFileSync(file, text)
  },
}

test('each way in which an editor saves leads to one reload', async (t) => {
  const { config, gateway, until, reloads } = await start(t)
  let count = 0
  let body = 'x'
  for (const [way, save] of Object.entries(waysToSave)) {
    for (let i = 0; i < 2; i++) {
      body += 'x'
      save(config, saying(config, body))
      t.like(await until(++count), { msg: 'configuration reloaded', reason: 'a file has changed' }, way)
      t.is(await said(gateway), body, way)
    }
  }
  // Were there more of them, they would come before this one.
  gateway.child.kill('SIGHUP')
  t.like(await until(++count), { reason: 'SIGHUP' })
  t.is(reloads().length, count)
})

test('a first start, which makes its own secrets, is followed by no reload of its own accord', async (t) => {
  const { gateway, until, config } = await start(t)
  const { mode } = statSync(join(config, '../data/control.sock'))
  t.is(mode & 0o777, 0o600)
  gateway.child.kill('SIGHUP')
  t.like(await until(1), { reason: 'SIGHUP' })
})

test('SIGHUP never ends the gateway: not 100 times in a row, not before it listens, not while it stops', async (t) => {
  const { config, gateway, until, reloads } = await start(t)
  for (let i = 0; i < 100; i++) gateway.child.kill('SIGHUP')
  await until(1)
  t.is((await exchangeRaw(gateway, rawRequest('GET /health'))).status, 200)
  t.true(reloads().every(({ msg }) => msg === 'configuration reloaded'))
  gateway.child.kill('SIGTERM')
  while (!gateway.output.stdout.includes('Stopping')) {
    gateway.child.kill('SIGHUP')
    await once(gateway.child.stdout!, 'data')
  }
  t.is(await gateway.stop('SIGHUP'), 0)
  t.notRegex(gateway.output.stderr, /uncaught|Error:/)

  // So that it says something, and has work to do, before it listens.
  rmSync(join(config, '../certs'), { recursive: true })
  const second = await startProcess(t, config, {
    onSpawn: (child) => child.stdout!.once('data', () => child.kill('SIGHUP')),
  })
  t.regex(second.output.stdout, /^A new certificate was made/)
  t.like(await logOf(second).until(1), { msg: 'configuration reloaded', reason: 'SIGHUP' })
  t.is(await second.stop(), 0)
})
