import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { stringify } from 'yaml'
import { openChains } from '../../src/alexa/signatures/chains.ts'
import { openReplays } from '../../src/alexa/signatures/replays.ts'
import { trustedRoots } from '../../src/alexa/signatures/trusted-roots.ts'
import { verifySkillRequest } from '../../src/alexa/signatures/verify-skill-request.ts'
import { prepareGateway } from '../../src/app/prepare-gateway.ts'
import { loadConfig } from '../../src/config/load.ts'
import { openLog } from '../../src/telemetry/open-log.ts'
import { addUser } from '../../src/users/users.ts'
import { makeAmazon, SKILL, signedHeaders, skillRequest } from '../../test/support/alexa-signing.ts'
import { ADA, testConfig } from '../../test/support/gateway.ts'
import { issueToken } from '../../test/support/tokens.ts'
import type { LoadOrder } from './load.ts'

// Signed skill requests a second, with the chain cached: bench/alexa/README.md.

const { values } = parseArgs({
  options: { requests: { type: 'string', default: '5000' }, rounds: { type: 'string', default: '5' } },
})
const [requests, rounds] = [Math.min(Number(values.requests), 20_000), Math.min(Number(values.rounds), 20)]
const CLIENTS = 32

const folder = mkdtempSync(join(tmpdir(), 'skillgate-alexa-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const amazon = makeAmazon()
const environment = { now: Date.now, monotonic: () => performance.now(), randomBytes }
const log = openLog({ level: 'error', file: join(folder, 'log') }, environment)
const load = fork(fileURLToPath(new URL('load.ts', import.meta.url)))
process.on('exit', () => load.kill())
const [{ upstream }] = (await once(load, 'message')) as [{ upstream: number }]

mkdirSync(join(folder, 'data'), { mode: 0o700 })
writeFileSync(join(folder, 'data', 'music-assistant.token'), 'token', { mode: 0o600 })
const route = {
  path: '/skill',
  methods: ['POST'],
  upstream: 'music-assistant',
  auth: 'alexa-skill',
  skill_ids: [SKILL],
}
const configFile = join(folder, 'gateway.yaml')
writeFileSync(configFile, stringify({ ...testConfig(`http://127.0.0.1:${upstream}`), routes: [route] }))
const certificates = { fetchChain: async () => amazon.chain, roots: [amazon.root.pem] }
const prepared = await prepareGateway(loadConfig(configFile, {}), environment, log, { amazon: certificates })
await addUser(prepared.store, environment, ADA)
const gateway = await prepared.listen()
const { port } = gateway.https!
const ca = readFileSync(join(folder, 'certs/local-ca.pem'), 'utf8')
const token = await issueToken({ prepared, now: Date.now })

const keyAt = openChains({ ...certificates, roots: trustedRoots(certificates.roots), ...environment })
const alone: number[] = []
const whole: number[] = []
for (let round = 0; round <= rounds; round++) {
  const all = Array.from({ length: requests }, () => {
    const body = JSON.stringify(skillRequest({ token, more: { intent: { name: 'PlayIntent', slots: {} } } }))
    return { body, headers: signedHeaders(body, amazon.signer) }
  })
  const verified = await microseconds(() => verifyAll(all))
  const passed = await microseconds(() => sendAll({ port, ca, clients: CLIENTS, requests: all }))
  // The first is for warming up.
  if (round > 0) {
    alone.push(verified / requests)
    whole.push(passed / requests)
  }
}
console.log(
  `${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores of ${cpus()[0]?.model.trim()}, Node ${process.versions.node}`,
)
console.log('| | CPU µs | requests/s a core |\n| --- | --- | --- |')
console.log(row('verification alone', alone))
console.log(row('the whole way through the gateway', whole))
await gateway.close()
await log.close(1000)
process.exit()

/** Processor time of this process. */
async function microseconds(run: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage()
  await run()
  const { user, system } = process.cpuUsage(before)
  return user + system
}

async function verifyAll(all: LoadOrder['requests']): Promise<void> {
  const tools = { keyAt, noteSigned: openReplays(environment.monotonic), now: Date.now }
  for (const { headers, body } of all)
    await verifySkillRequest({ rawHeaders: headers, body: Buffer.from(body) }, [SKILL], tools)
}

async function sendAll(order: LoadOrder): Promise<void> {
  const answered = once(load, 'message')
  load.send(order)
  const [{ failed }] = (await answered) as [{ failed: number }]
  if (failed > 0) throw new Error(`${failed} requests were refused`)
}

function row(title: string, figures: number[]): string {
  const sorted = figures.toSorted((a, b) => a - b)
  const [least = 0, median = 0, most = 0] = [0, Math.floor(sorted.length / 2), -1].map((i) => sorted.at(i))
  const shown = [median, least, most].map((one) => one.toFixed(1))
  return `| ${title} | ${shown[0]} (${shown[1]}–${shown[2]}) | ${Math.floor(1e6 / median)} |`
}
