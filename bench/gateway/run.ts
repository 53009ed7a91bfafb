import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { localCertificate } from '../../src/certificates/local/local-certificate.ts'
import { type Contender, type Field, type RunningContender, versionOf } from './contender.ts'
import { caddy, caddyAndChecker } from './contenders/caddy.ts'
import { httpProxy } from './contenders/http-proxy.ts'
import { nginx, nginxAndChecker } from './contenders/nginx.ts'
import { skillgate } from './contenders/skillgate.ts'
import { type Measurement, measure } from './measure.ts'
import { startUpstream } from './servers.ts'
import { type Results, table } from './table.ts'
import { verify } from './verify.ts'

// Measures Skillgate beside other gateways that do the same: README.md says what, and what not.

const INSTALL = 'apt-get install -y nginx caddy wrk'
const WARM_UP = 3
/** For what a start leaves behind to go, before the memory of an idle gateway is read. */
const SETTLING_MS = 5000
const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
    // Other checkouts of Skillgate, to be measured beside this one.
    compare: { type: 'string', multiple: true, default: [] },
    'skillgate-only': { type: 'boolean', default: false },
  },
})
const rounds = within(flags.rounds, 1, 20)
const seconds = within(flags.seconds, 1, 30)
const others = flags.compare.map((folder) => skillgate(resolve(folder), `Skillgate in ${folder}`))
const contenders = [
  skillgate(ROOT),
  ...others,
  ...(flags['skillgate-only'] ? [] : [nginx, nginxAndChecker, caddy, caddyAndChecker, httpProxy]),
]

const folder = mkdtempSync(join(tmpdir(), 'skillgate-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))

if (process.platform !== 'linux' || availableParallelism() < 2) {
  stopBefore('This measures on Linux with two cores or more: one for the contender, one for the load.')
} else if (versionOf('taskset', '--version') === undefined || versionOf('wrk', '-v') === undefined) {
  stopBefore(`Nothing was measured: wrk, or taskset of util-linux, is not installed.  ${INSTALL}`)
} else {
  await run()
}

async function run(): Promise<void> {
  printMachine()
  const field = await prepareField()
  const running = new Map<string, RunningContender>()
  const idle = new Map<string, number>()
  const bodyFile = join(folder, 'body.json')
  const body = JSON.stringify({ command: 'players/all', args: 'x'.repeat(1024 - 35) })
  writeFileSync(bodyFile, body)
  for (const contender of contenders) {
    const started = await startVerified(contender, field, body)
    if (!started) continue
    running.set(contender.name, started)
    await sleep(SETTLING_MS)
    idle.set(contender.name, started.processes[0]?.memory() ?? Number.NaN)
  }
  for (const method of ['GET', 'POST']) {
    const file = method === 'POST' ? bodyFile : undefined
    const results = await measureInTurn(running, (contender, time) => measure(contender, time, file))
    console.log(`\n${table(method === 'GET' ? 'GET, 200 bytes back' : 'POST of 1 KB, 200 bytes back', results, idle)}`)
  }
  for (const { processes } of running.values()) for (const { stop } of processes) await stop()
  await field.upstream.process.stop()
}

/** A B C, A B C ...: whatever else the machine does meets all alike. */
async function measureInTurn(
  running: Map<string, RunningContender>,
  measureOne: (contender: RunningContender, seconds: number) => Promise<Measurement>,
): Promise<Results> {
  const results: Results = new Map([...running.keys()].map((name) => [name, []]))
  for (const contender of running.values()) await measureOne(contender, WARM_UP)
  for (let round = 0; round < rounds; round++) {
    for (const [name, contender] of running) results.get(name)?.push(await measureOne(contender, seconds))
  }
  return results
}

async function startVerified(
  { name, program, start }: Contender,
  field: Field,
  body: string,
): Promise<RunningContender | undefined> {
  if (program && versionOf(program, '-v') === undefined) {
    console.log(`- ${name}: skipped, ${program} is not installed.  ${INSTALL}`)
    return undefined
  }
  try {
    const started = await start(field)
    await verify(started, field, body)
    console.log(`- ${name}: answers 200 with its token and 401 without`)
    return started
  } catch (error) {
    console.log(`- ${name}: not measured, ${(error as Error).message}`)
    process.exitCode = 1
    return undefined
  }
}

async function prepareField(): Promise<Field> {
  const directory = join(folder, 'certs')
  const names = ['dev.jasonhollis.com', 'localhost', '127.0.0.1']
  const { caFile } = await localCertificate({ directory, names, now: Date.now(), randomBytes })
  const tls = { certificate: join(directory, 'local.pem'), key: join(directory, 'local.key'), ca: caFile as string }
  const upstream = await startUpstream()
  return { folder, upstream, tls, token: randomBytes(32).toString('base64url') }
}

function printMachine(): void {
  const versions = [
    versionOf('nginx', '-v')?.replace(' version:', ''),
    versionOf('caddy', 'version')
      ?.replace(/^/, 'Caddy ')
      .replace(/ h1:.*/, ''),
    versionOf('wrk', '-v')?.replace(/ .epoll.*/, ''),
  ]
  const machine = `${cpus().length} cores of ${cpus()[0]?.model.trim()}, Node ${process.versions.node}`
  const date = new Date().toISOString().slice(0, 10)
  console.log([date, machine, `OpenSSL ${process.versions.openssl}`, ...versions].filter(Boolean).join(', '))
  console.log(`${rounds} rounds of ${seconds} s, in turn; medians, with the least and the most in brackets`)
}

function stopBefore(reason: string): void {
  console.error(reason)
  process.exitCode = 1
}

function within(text: string, least: number, most: number): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < least || number > most)
    throw new RangeError(`--rounds and --seconds take whole numbers, at most 20 and 30, not ${text}`)
  return number
}
