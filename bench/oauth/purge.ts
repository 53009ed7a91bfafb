import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { pino } from 'pino'
import { maintainStore } from '../../src/app/data/maintain-store.ts'
import { hashSecret } from '../../src/secrets/secret.ts'
import { openKeyvStore } from '../../src/store/keyv-store.ts'
import type { Store } from '../../src/store/store.ts'
import { watchClock } from '../../src/store/watch-clock.ts'
import { fillExpired, fillGrants, type Owner, tokenOf } from './fill.ts'
import { Latencies } from './latencies.ts'

// How much slower is a request while a million expired rows are deleted? The purge is switched on and off every few
// seconds, so that whatever else the machine does meets both alike.

const { values: flags } = parseArgs({
  options: {
    expired: { type: 'string', default: '1000000' },
    live: { type: 'string', default: '10000' },
    // The longest that this may take, in seconds, without the filling.
    seconds: { type: 'string', default: '1800' },
    // Where the database is made: in memory (/dev/shm) other users of the disk don't count, but nor does the disk.
    folder: { type: 'string', default: tmpdir() },
  },
})
const [expired, live, seconds] = [Number(flags.expired), Number(flags.live), Number(flags.seconds)]
const SLICE = 3000
const OWNER: Owner = { userName: 'ada', userId: 'u'.repeat(22), client: 'amazon-alexa', scopes: ['music.control'] }

const folder = mkdtempSync(join(flags.folder, 'skillgate-purge-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))
const store = await openKeyvStore(join(folder, 'skillgate.db'), Date.now)
await fillGrants(store, OWNER, live, Date.now())
await fillExpired(store, OWNER, expired, Date.now())
console.log(`${expired} expired rows and ${live} live grants`)

const results = {
  'a get and an insert, without the purge': new Latencies(),
  'a get and an insert, with the purge': new Latencies(),
  'a batch of the purge': new Latencies(),
}
const [WITHOUT, WITH, BATCH] = Object.values(results) as [Latencies, Latencies, Latencies]
let requests = WITHOUT
const worker = callStore(store, (took) => requests.add(took))
let purgingFor = 0
const clock = watchClock({ now: Date.now, monotonic: () => performance.now(), releasedAt: 0 })
let left = expired
const until = performance.now() + seconds * 1000
while (left > 0 && performance.now() < until) {
  requests = WITHOUT
  await sleep(SLICE)
  requests = WITH
  const started = performance.now()
  const stop = maintainStore(counted(store), clock, pino({ level: 'error' }), { sleep: impatient(), settling: 0 })
  while (left > 0 && performance.now() - started < SLICE) await sleep(20)
  await stop()
  purgingFor += performance.now() - started
}
await worker.terminate()
await store.close()

console.log(`${expired - left} rows were deleted in ${(purgingFor / 1000).toFixed(0)} s of purging`)
console.log('| milliseconds | count | mean | p50 | p99 | p99.9 | max |\n| --- | --- | --- | --- | --- | --- | --- |')
for (const [name, latencies] of Object.entries(results)) {
  const figures = [latencies.mean, ...[0.5, 0.99, 0.999, 1].map((part) => latencies.quantile(part))]
  console.log(`| ${[name, latencies.count, ...figures.map((figure) => figure.toFixed(2))].join(' | ')} |`)
}

/** Answers another thread's requests: each looks a token up and writes a row, as refreshing does. */
function callStore(target: Store, onAnswer: (took: number) => void): Worker {
  const caller = new Worker(new URL('purge-caller.ts', import.meta.url), { workerData: { least: 0.5, most: 3 } })
  caller.on('message', async ({ id, took }: { id?: string; took?: number }) => {
    if (took !== undefined) onAnswer(took)
    if (id === undefined) return
    const token = hashSecret(tokenOf('refresh', randomBytes(4).readUInt32LE() % live))
    const record = await target.get('refresh', token)
    if (!record) throw new Error('a live token is missing')
    const expiresAt = Date.now() + 3_600_000
    await target.insert('access', hashSecret(id), { ...record, expiresAt }, expiresAt)
    caller.postMessage('done')
  })
  return caller
}

function counted(target: Store): Store {
  return {
    ...target,
    async purgeExpired(now, limit) {
      const started = performance.now()
      const purged = await target.purgeExpired(now, limit)
      BATCH.add(performance.now() - started)
      left -= purged
      return purged
    },
  }
}

/** The gateway's own pauses, but for the first one. */
function impatient() {
  let first = true
  return (milliseconds: number, signal: AbortSignal): Promise<void> => {
    const pause = first ? 0 : milliseconds
    first = false
    return sleep(pause, undefined, { signal })
  }
}
