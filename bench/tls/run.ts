import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import { makeChainIn } from '../../test/support/certificate-chain.ts'
import { versionOf } from '../gateway/contender.ts'
import { LOAD_CORE, type PinnedProcess } from '../gateway/pinned-process.ts'
import { bareNode, type Certificate, HOST, nginx, skillgate, type TlsContender } from './contenders.ts'

// Handshakes a second, Skillgate beside nginx: ../README.md says what is measured.

const INSTALL = 'apt-get install -y nginx openssl golang-go'
const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '4' },
    // Other checkouts of Skillgate, to be measured beside this one.
    compare: { type: 'string', multiple: true, default: [] },
  },
})
const [rounds, seconds] = [Math.min(Number(flags.rounds), 20), Math.min(Number(flags.seconds), 30)]
const contenders: TlsContender[] = [
  skillgate(),
  ...flags.compare.map((root) => skillgate(root, `Skillgate in ${root}`)),
  bareNode,
  nginx,
]

interface Running {
  name: string
  process: PinnedProcess
  port: number
}

interface Measured {
  perSecond: number
  /** Microseconds of the server's own processor time for a handshake. */
  cpu: number
  /** The part of the time in which its process ran. */
  busy: number
}

const folder = mkdtempSync(join(tmpdir(), 'skillgate-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))

const missing = [
  ['nginx', '-v'],
  ['openssl', 'version'],
  ['go', 'version'],
  ['taskset', '--version'],
].filter(([program = '', flag = '']) => versionOf(program, flag) === undefined)
if (process.platform !== 'linux' || availableParallelism() < 2 || missing.length > 0) {
  console.error(`Nothing was measured: it takes Linux, two cores, and ${missing.join(', ')}.  ${INSTALL}`)
  process.exitCode = 1
} else await run()

async function run(): Promise<void> {
  const client = join(folder, 'client')
  const source = fileURLToPath(new URL('client.go', import.meta.url))
  execFileSync('go', ['build', '-o', client, source], {
    env: { ...process.env, GOCACHE: join(folder, 'go'), GO111MODULE: 'off' },
  })
  const nginxVersion = versionOf('nginx', '-v')?.replace(' version:', '')
  const machine = `${cpus().length} cores of ${cpus()[0]?.model.trim()}, Node ${process.versions.node}`
  const date = new Date().toISOString().slice(0, 10)
  console.log(
    [date, machine, `OpenSSL ${process.versions.openssl}`, nginxVersion, versionOf('openssl', 'version')].join(', '),
  )
  console.log(`${rounds} rounds of ${seconds} s, in turn; medians, with the least and the most in brackets\n`)
  console.log('| | handshakes/s | ratio | CPU µs | ratio | busy |\n| --- | --- | --- | --- | --- | --- |')
  for (const kind of ['rsa', 'ec'] as const) {
    const certificate = certificateOf(kind)
    const running: Running[] = []
    for (const { name, start } of contenders) running.push({ name, ...(await start(folder, certificate)) })
    for (const resumed of [false, true]) {
      const title = `${kind === 'rsa' ? 'RSA 2048' : 'EC P-256'}, ${resumed ? 'resumed' : 'full'}`
      print(title, await measureInTurn(client, running, resumed))
    }
    for (const one of running) await one.process.stop()
  }
}

function certificateOf(kind: 'rsa' | 'ec'): Certificate {
  const home = join(folder, kind)
  mkdirSync(home)
  const { pushed } = makeChainIn(home, 'openssl', kind, [HOST])
  const [certificate, key] = [join(home, 'served.pem'), join(home, 'served.key')]
  writeFileSync(certificate, pushed.certificate)
  writeFileSync(key, pushed.key, { mode: 0o600 })
  return { certificate, key }
}

/** A B A B ...: whatever else the machine does meets all alike. */
async function measureInTurn(client: string, running: Running[], resumed: boolean): Promise<Map<string, Measured[]>> {
  const results = new Map<string, Measured[]>(running.map(({ name }) => [name, []]))
  for (const one of running) await measure(client, one, resumed, 2)
  for (let round = 0; round < rounds; round++) {
    for (const one of running) results.get(one.name)?.push(await measure(client, one, resumed, seconds))
  }
  return results
}

async function measure(client: string, { process, port }: Running, resumed: boolean, time: number): Promise<Measured> {
  const words = [`-address=127.0.0.1:${port}`, `-name=${HOST}`, `-seconds=${time}`, `-resume=${resumed}`]
  const before = process.cpuTime()
  const options = { timeout: (time + 60) * 1000, env: { ...globalThis.process.env, GOMAXPROCS: '1' } }
  const { stdout } = await promisify(execFile)('taskset', ['-c', String(LOAD_CORE), client, ...words], options)
  const [count = 0, microseconds = 0] = stdout.trim().split(' ').map(Number)
  const cpu = (process.cpuTime() - before) * 1e6
  return { perSecond: (count * 1e6) / microseconds, cpu: cpu / count, busy: cpu / microseconds }
}

function print(title: string, results: Map<string, Measured[]>): void {
  const reference = results.get(nginx.name) ?? []
  const [perSecondThere, cpuThere] = [
    median(reference.map((one) => one.perSecond)),
    median(reference.map((one) => one.cpu)),
  ]
  for (const [name, measured] of results) {
    const perSecond = measured.map((one) => one.perSecond)
    const cpu = measured.map((one) => one.cpu)
    const cells = [
      spread(perSecond, 0),
      (median(perSecond) / perSecondThere).toFixed(2),
      spread(cpu, 0),
      (cpuThere / median(cpu)).toFixed(2),
      `${Math.round(median(measured.map(({ busy }) => busy)) * 100)} %`,
    ]
    console.log(`| ${title}: ${name} | ${cells.join(' | ')} |`)
  }
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

function spread(values: number[], digits: number): string {
  const [least, most] = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(digits))
  return `${median(values).toFixed(digits)} (${least}–${most})`
}
