import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { stringify } from 'yaml'
import type { PreparedGateway } from '../../src/app/prepare-gateway.ts'
import { systemEnvironment } from '../../src/config/environment.ts'
import { openKeyvStore } from '../../src/store/keyv-store.ts'
import { addUser } from '../../src/users/users.ts'
import { ADA, testConfig } from '../../test/support/gateway.ts'
import { issueToken } from '../../test/support/tokens.ts'
import { children, startProcess } from '../start-process.ts'
import { gather } from './crowd.ts'

const { values } = parseArgs({
  options: {
    sockets: { type: 'string', default: '200' },
    commands: { type: 'string', default: '50' },
    rounds: { type: 'string', default: '3' },
  },
})
const count = Number(values.sockets)
/** Sockets. */
const WARM_UP = 10
/** For the garbage of what was just done to be collected. */
const SETTLE_MS = 8000
/** `USER_HZ`. */
const TICKS_PER_SECOND = 100

const folder = mkdtempSync(join(tmpdir(), 'relay-'))
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

const upstream = await startProcess([fileURLToPath(new URL('upstream.ts', import.meta.url))], /^(\S+ \S+)\n/, 'inherit')
const [url, theirs] = upstream.found.split(' ') as [string, string]
mkdirSync(join(folder, 'data'), { mode: 0o700 })
writeFileSync(join(folder, 'data', 'music-assistant.token'), theirs, { mode: 0o600 })
const configFile = join(folder, 'gateway.yaml')
writeFileSync(configFile, stringify(config()))
const launcher = fileURLToPath(new URL('../../bin/skillgate.js', import.meta.url))

console.log('| clients | sockets | MB before | MB with all | KB a socket | commands/s | CPU µs a command |')
console.log('| --- | --- | --- | --- | --- | --- | --- |')
for (const deflate of [false, true]) {
  for (let round = 0; round < Number(values.rounds); round++) await measure(deflate)
}
process.exit()

/** Of a gateway that has just been started: one that had as many before has kept its memory. */
async function measure(deflate: boolean): Promise<void> {
  const gateway = await startProcess(
    [launcher, 'start', '--config', configFile],
    /listening on https:\/\/\S+:(\d+)/,
    'inherit',
  )
  const pid = gateway.child.pid as number
  const ca = readFileSync(join(folder, 'certs', 'local-ca.pem'), 'utf8')
  const options = { port: Number(gateway.found), ca, token: await newToken(), deflate }
  // What the first ones make grow is not theirs.
  const first = await gather(WARM_UP, options)
  await first.ask(Number(values.commands), 'players/all')
  await first.close()
  await sleep(SETTLE_MS)
  const before = memory(pid)
  const crowd = await gather(count, options)
  const [began, busy] = [performance.now(), cpuTime(pid)]
  const asked = await crowd.ask(Number(values.commands), 'players/all')
  const seconds = (performance.now() - began) / 1000
  const cpu = ((cpuTime(pid) - busy) * 1e6) / asked
  await sleep(SETTLE_MS)
  const after = memory(pid)
  const figures = [
    deflate ? 'permessage-deflate' : 'plain',
    count,
    before.toFixed(1),
    after.toFixed(1),
    (((after - before) * 1024) / count).toFixed(0),
    (asked / seconds).toFixed(0),
    cpu.toFixed(0),
  ]
  console.log(`| ${figures.join(' | ')} |`)
  gateway.child.kill('SIGTERM')
  await once(gateway.child, 'exit')
  children.delete(gateway.child)
}

/** As another process that writes into the gateway's database. */
async function newToken(): Promise<string> {
  const { now } = systemEnvironment
  const store = await openKeyvStore(join(folder, 'data', 'skillgate.db'), now)
  try {
    if (!(await store.get('user', ADA.name))) await addUser(store, systemEnvironment, ADA)
    return await issueToken({ prepared: { store } as PreparedGateway, now })
  } finally {
    await store.close()
  }
}

function config(): object {
  const values = testConfig(url)
  Object.assign(values.upstreams['music-assistant'], { kind: 'music-assistant', connections: count })
  return { ...values, log: { level: 'error' } }
}

/** Megabytes. @see proc_pid_status(5) */
function memory(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

/** Seconds of all threads. @see proc_pid_stat(5): fields 14 and 15 */
function cpuTime(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}
