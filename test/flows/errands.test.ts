import { execFile } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import test, { type ExecutionContext } from 'ava'
import { parse, stringify } from 'yaml'
import { startMusicAssistant } from '../../demo/stand-in-music-assistant.ts'
import { type GatewayProcess, LAUNCHER, skillgate, startProcess, writeConfig } from '../support/process.ts'
import { until } from '../support/until.ts'

const PROBE = fileURLToPath(new URL('../support/errand-probe.mjs', import.meta.url))
const linuxOnly = process.platform === 'linux' ? test.serial : test.serial.skip

/** A CA that nobody answers for. */
const ACME = { source: 'acme', terms_of_service: 'accepted', directory: 'https://127.0.0.1:1/directory' }

async function start(t: ExecutionContext, source: 'acme' | 'local') {
  const music = await startMusicAssistant()
  t.teardown(() => music.close())
  const configFile = writeConfig(t, music)
  if (source === 'acme') {
    const values = parse(readFileSync(configFile, 'utf8'))
    writeFileSync(configFile, stringify({ ...values, tls: { ...values.tls, hosts: { 'music.example.org': ACME } } }))
  }
  return { gateway: await startProcess(t, configFile), configFile }
}

function flagsOf({ child }: GatewayProcess): string[] {
  const words = readFileSync(`/proc/${child.pid}/cmdline`, 'utf8').split('\0')
  return words.slice(1, words.indexOf(LAUNCHER))
}

function childrenOf({ child }: GatewayProcess): number[] {
  return readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')
    .trim()
    .split(' ')
    .filter(Boolean)
    .map(Number)
}

async function probe(gateway: GatewayProcess, source: string, ...more: string[]) {
  const words = [...flagsOf(gateway), `--allow-fs-read=${PROBE}`, '--allow-fs-read=/proc', PROBE, source, ...more]
  return JSON.parse((await promisify(execFile)(process.execPath, words)).stdout)
}

linuxOnly('75. after its start a gateway that has errands done can run no program, and they are done', async (t) => {
  const { gateway } = await start(t, 'acme')
  t.deepEqual(await probe(gateway, 'acme'), {
    before: true,
    program: 'ERR_ACCESS_DENIED',
    errand: 'nobody knows how to do unheard',
    warnings: [],
  })
  t.notRegex(gateway.output.stderr, /PERM0002|SecurityWarning/)
})

linuxOnly('75. a gateway whose process for errands was killed says loudly that only a restart helps', async (t) => {
  const { gateway } = await start(t, 'acme')
  const { losses, trouble, after } = await probe(gateway, 'acme', 'kills')
  t.regex(trouble, /is gone \(SIGKILL\).* nothing is renewed until then\. Restart Skillgate:/)
  t.deepEqual(losses, [trouble])
  t.regex(after, /only be started together with Skillgate.*Restart Skillgate/)
})

linuxOnly('75. a gateway that needs no errands may not even start a program while it starts', async (t) => {
  const { gateway } = await start(t, 'local')
  t.false(flagsOf(gateway).includes('--allow-child-process'))
  t.deepEqual(childrenOf(gateway), [])
  const { before, errand } = await probe(gateway, 'local')
  t.false(before)
  t.regex(errand, /can only be started together with Skillgate .* Restart Skillgate/)
})

linuxOnly('what waits for errands is one small process, which ends with the gateway, also by kill -9', async (t) => {
  for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
    const { gateway } = await start(t, 'acme')
    const [waiting, ...others] = childrenOf(gateway)
    t.deepEqual(others, [])
    t.true(readFileSync(`/proc/${waiting}/cmdline`, 'utf8').startsWith('/bin/sh\0-c\0'))
    await gateway.stop(signal)
    await until(() => !existsSync(`/proc/${waiting}`))
  }
  t.pass()
})

linuxOnly('a reload that brings acme for the first time says that a restart is needed', async (t) => {
  const { gateway, configFile } = await start(t, 'local')
  const values = parse(readFileSync(configFile, 'utf8'))
  writeFileSync(configFile, stringify({ ...values, tls: ACME }))
  const { code, stdout } = await skillgate(['reload', '--config', configFile])
  t.is(code, 1)
  t.regex(stdout, /tls\.source: acme needs a process of its own, .* Restart Skillgate/)
  t.is(gateway.child.exitCode, null)
})
