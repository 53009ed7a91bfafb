import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { localCertificate } from '../../src/certificates/local/local-certificate.ts'
import type { Contender, Field, RunningContender } from './contender.ts'
import { oidcProvider } from './contenders/oidc-provider.ts'
import { skillgate } from './contenders/skillgate.ts'
import { exchange, hourlyRefresh, type Measurement, measure, refresh, type Work } from './measure.ts'

// Codes exchanged and tokens refreshed a second, with few and with many live grants, beside oidc-provider: README.md.

const { values: flags } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,100000,1000000' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    folder: { type: 'string', default: tmpdir() },
    'skillgate-only': { type: 'boolean', default: false },
  },
})
const sizes = flags.sizes.split(',').map(Number)
const [rounds, seconds] = [Number(flags.rounds), Number(flags.seconds)]
const contenders: Contender[] = flags['skillgate-only'] ? [skillgate] : [skillgate, oidcProvider]
const WARM_UP = 2

const folder = mkdtempSync(join(flags.folder, 'skillgate-oauth-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))

const WORKS: Record<string, Work> = {
  'code exchange': exchange,
  'token refresh': refresh,
  'token refresh, the first in a minute': hourlyRefresh,
}

interface Participant {
  name: string
  size: number
  running: RunningContender
  measurements: Measurement[]
}

const date = new Date().toISOString().slice(0, 10)
console.log(`${date}, ${cpus().length} cores of ${cpus()[0]?.model.trim()}, Node ${process.versions.node}`)
console.log(
  `${rounds} rounds of ${seconds} s with 50 clients, in turn; medians, with the least and the most in brackets`,
)
const field = await prepareField()
const participants: Participant[] = []
for (const size of sizes) {
  for (const { name, start } of contenders) {
    participants.push({ name, size, running: await start(field, size), measurements: [] })
    console.log(`- ${name} with ${size} grants is ready`)
  }
}
for (const [title, work] of Object.entries(WORKS)) {
  await measureInTurn(work)
  console.log(`\n${table(title)}`)
}
for (const { running } of participants) await running.close()

/** A B C, A B C ...: whatever else the machine does meets all alike. */
async function measureInTurn(work: Work): Promise<void> {
  for (const participant of participants) {
    const { running, size } = participant
    participant.measurements = []
    await measure(running, field.tls.ca, await work(running, WARM_UP, size), WARM_UP)
  }
  for (let round = 0; round < rounds; round++) {
    for (const { running, size, measurements } of participants) {
      measurements.push(await measure(running, field.tls.ca, await work(running, seconds, size), seconds))
    }
  }
}

function table(title: string): string {
  const lines = participants.map(({ name, size, measurements }) => {
    const of = (figure: keyof Measurement) => measurements.map((one) => one[figure]).sort((a, b) => a - b)
    const smallest = participants.find((other) => other.name === name)!
    const base = median(smallest.measurements.map(({ requestsPerSecond }) => requestsPerSecond).sort((a, b) => a - b))
    const cost = (base / median(of('requestsPerSecond'))).toFixed(2)
    const figures = [range(of('p50'), 1), range(of('p99'), 1), range(of('cpu'), 0)]
    return [name, size, range(of('requestsPerSecond'), 0), cost, ...figures]
  })
  const head = [title, 'live grants', 'requests/s', 'cost', 'p50 ms', 'p99 ms', 'CPU µs']
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function range(sorted: number[], digits: number): string {
  return `${median(sorted).toFixed(digits)} (${sorted[0]?.toFixed(digits)}–${sorted.at(-1)?.toFixed(digits)})`
}

function median(sorted: number[]): number {
  const middle = (sorted.length - 1) / 2
  return ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2
}

async function prepareField(): Promise<Field> {
  const directory = join(folder, 'certs')
  const names = ['dev.jasonhollis.com', 'localhost', '127.0.0.1']
  const { caFile } = await localCertificate({ directory, names, now: Date.now(), randomBytes })
  const tls = { certificate: join(directory, 'local.pem'), key: join(directory, 'local.key'), ca: caFile as string }
  return { folder, tls }
}
