import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { parse, stringify } from 'yaml'
import { startMusicAssistant } from '../../demo/stand-in-music-assistant.ts'
import { ADA } from '../support/gateway.ts'
import { type Executed, identityOf, type LenientUpstream, startLenientUpstream } from '../support/lenient-upstream.ts'
import { link } from '../support/linking.ts'
import { type GatewayProcess, skillgate, startProcess, writeConfig } from '../support/process.ts'
import { seedOf } from '../support/property.ts'
import { get } from './corpus/raw-case.ts'
import { FuzzClient } from './fuzz/fuzz-client.ts'
import { goodRequests, mutatedRequest } from './fuzz/mutated-request.ts'

const CASES = Number(process.env.SKILLGATE_FUZZ_CASES ?? 100_000)
const BATCH = 1000
const PARALLEL = 16

/** Bytes that a process may have more after the last than after the first tenth. */
const GROWTH_LIMIT = 24_000_000

test('52, 53, 54, 65. of 100,000 mutated requests the upstream executes what was answered, with the true identity', async (t) => {
  t.timeout(600_000)
  const seed = seedOf(t)
  const upstream = await startLenientUpstream(t)
  const gateway = await startBefore(t, upstream)
  const { access } = await link(gateway)
  const client = new FuzzClient(gateway)
  t.teardown(() => client.close())
  const authorization = `Authorization: Bearer ${access}`
  await client.send(get([authorization], '/any/x'))
  const identity = identityOf(upstream.executed.at(-1)!)
  t.is(identity.length, 5)

  for (const bytes of goodRequests(authorization)) {
    upstream.executed.length = 0
    const { answered } = await client.send(bytes)
    t.deepEqual([answered, upstream.executed.length], Array(2).fill(bytes.split('HTTP/1.1').length - 1), bytes)
  }
  const bytesOf = (index: number) => mutatedRequest(seed, index, authorization)
  const descriptors = descriptorsOf(gateway)
  let memory = 0
  const totals = { executed: 0, answered: 0, abandoned: 0 }
  for (let first = 0; first < CASES; first += BATCH) {
    const indexes = Array.from({ length: Math.min(BATCH, CASES - first) }, (_, i) => first + i)
    const counted = await runBatch(upstream, client, indexes.map(bytesOf))
    for (const one of counted.executed) checkIdentity(t, one, identity)
    if (!isConsistent(counted)) await findCulprit(t, upstream, client, indexes, bytesOf)
    totals.executed += counted.executed.length
    totals.answered += counted.answered
    totals.abandoned += counted.abandoned
    if (first === Math.floor(CASES / 10 / BATCH) * BATCH) memory = memoryOf(gateway)
  }
  t.log(`${totals.executed} executed, ${totals.answered} answered so, ${totals.abandoned} given up`)
  t.true(totals.executed > CASES / 10, 'many get through')
  t.true(totals.abandoned < CASES / 50)
  t.is(gateway.child.exitCode, null)
  await until(t, 'its descriptors come back', () => descriptorsOf(gateway) <= descriptors + PARALLEL)
  t.true(memoryOf(gateway) < memory + GROWTH_LIMIT, `${memory} bytes after a tenth, then ${memoryOf(gateway)}`)
  t.is(await gateway.stop(), 0)
})

interface Counted {
  executed: Executed[]
  /** How many of the answers came from the upstream. */
  answered: number
  /** How often nothing more came for a while, and the client left. */
  abandoned: number
}

async function runBatch(upstream: LenientUpstream, client: FuzzClient, cases: string[]): Promise<Counted> {
  upstream.executed.length = 0
  const counted = { answered: 0, abandoned: 0 }
  const left = cases.values()
  const one = async () => {
    for (const bytes of left) {
      const { answered, abandoned } = await client.send(bytes)
      counted.answered += answered
      if (abandoned) counted.abandoned++
    }
  }
  await Promise.all(Array.from({ length: PARALLEL }, one))
  return { executed: [...upstream.executed], ...counted }
}

/** What was executed for a client that left goes unanswered; nothing else does. */
function isConsistent({ executed, answered, abandoned }: Counted): boolean {
  return executed.length >= answered && executed.length - answered <= abandoned
}

async function findCulprit(
  t: ExecutionContext,
  upstream: LenientUpstream,
  client: FuzzClient,
  indexes: number[],
  bytesOf: (index: number) => string,
): Promise<void> {
  for (const index of indexes) {
    const counted = await runBatch(upstream, client, [bytesOf(index)])
    if (isConsistent(counted)) continue
    const { executed, answered } = counted
    t.fail(`case ${index}: ${executed.length} executed, ${answered} answered: ${JSON.stringify(bytesOf(index))}`)
  }
  t.fail(`of the cases from ${indexes[0]} one is executed otherwise than answered, but not by itself`)
}

async function startBefore(t: ExecutionContext, { url }: LenientUpstream): Promise<GatewayProcess> {
  const music = await startMusicAssistant()
  t.teardown(() => music.close())
  const config = writeConfig(t, music)
  const values = parse(readFileSync(config, 'utf8'))
  for (const name of ['music-assistant', 'music-assistant-open']) values.upstreams[name].url = url
  writeFileSync(config, stringify(values))
  await skillgate(['user', 'add', ADA.name, '--config', config], { input: `${ADA.password}\n` })
  return startProcess(t, config)
}

function checkIdentity(t: ExecutionContext, one: Executed, identity: string[]): void {
  const expected = / \/(any\/|ws\b)/.test(one.requestLine) ? identity : []
  t.deepEqual(identityOf(one), expected, JSON.stringify(one))
}

function descriptorsOf({ child }: GatewayProcess): number {
  return readdirSync(`/proc/${child.pid}/fd`).length
}

function memoryOf({ child }: GatewayProcess): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) * 1024
}

async function until(t: ExecutionContext, what: string, condition: () => boolean): Promise<void> {
  for (let time = 0; time < 600; time++) {
    if (condition()) return
    await setTimeout(100)
  }
  t.fail(`${what}: not within a minute`)
}
