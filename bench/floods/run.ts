import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { stringify } from 'yaml'
import { ISSUER, JAPAN } from '../../test/support/gateway.ts'
import { children, startProcess } from '../start-process.ts'
import { beHonest, percentile } from './honest.ts'
import { KINDS, type Kind } from './kinds.ts'

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '3000' },
    from: { type: 'string', default: 'many' },
    kinds: { type: 'string', default: Object.keys(KINDS).join() },
    root: { type: 'string', default: fileURLToPath(new URL('../..', import.meta.url)) },
  },
})

/** What a flood may hold on to, and how long: descriptors, and memory. */
const HELD_MS = 12_000
const MEMORY_MS = 60_000

const folder = mkdtempSync(join(tmpdir(), 'floods-'))
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

const upstream = await startProcess([fileURLToPath(new URL('upstream.ts', import.meta.url))], /^(\d+)/, 'ignore')
const configFile = join(folder, 'gateway.yaml')
mkdirSync(join(folder, 'data'), { mode: 0o700 })
writeFileSync(configFile, stringify(config(Number(upstream.found))))
const launcher = join(values.root, 'bin', 'skillgate.js')
const gateway = await startProcess(
  [launcher, 'start', '--config', configFile],
  /listening on https:\/\/\S+:(\d+)/,
  'ignore',
)
const { pid } = gateway.child as { pid: number }
const port = Number(gateway.found)
const clients = clientsThatFit()
const honestOptions = {
  port,
  host: '127.0.0.1',
  servername: 'localhost',
  localAddress: values.from === 'own' ? '127.0.0.1' : '127.9.9.9',
  ca: readFileSync(join(folder, 'certs', 'local-ca.pem'), 'utf8'),
}
await sleep(5000)
await warmUp()
const before = { descriptors: descriptors(), memory: memory() }
console.log(`${clients} clients from ${values.from}; idle: ${before.memory} MB, ${before.descriptors} descriptors\n`)
console.log('| flood | honest p50 ms | p99 kept | p99 new | worst | failed | most descriptors | held after 12 s | MB |')
console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |')
for (const kind of values.kinds.split(',') as Kind[]) await measure(kind)
await sleep(MEMORY_MS)
console.log(`\na minute later: ${memory()} MB, ${descriptors()} descriptors`)
process.exit()

async function measure(kind: Kind): Promise<void> {
  const honest = beHonest(honestOptions)
  let [mostDescriptors, mostMemory] = [0, 0]
  const watch = setInterval(() => {
    mostDescriptors = Math.max(mostDescriptors, descriptors())
    mostMemory = Math.max(mostMemory, memory())
  }, 200)
  const words = [fileURLToPath(new URL('crowd.ts', import.meta.url)), kind, String(port), String(clients), values.from]
  const crowd = await startProcess(words, /connected/, 'ignore')
  await sleep(HELD_MS)
  await honest.stop()
  clearInterval(watch)
  // The honest one's connection may still be open.
  const held = Math.max(0, descriptors() - before.descriptors - 2)
  const all = [...honest.kept, ...honest.fresh]
  const failed = all.filter((one) => one === Number.POSITIVE_INFINITY).length
  const figures = [
    percentile(all, 0.5).toFixed(0),
    percentile(honest.kept, 0.99).toFixed(0),
    percentile(honest.fresh, 0.99).toFixed(0),
    percentile(all, 1).toFixed(0),
    `${failed} of ${all.length}`,
    mostDescriptors,
    held,
    mostMemory,
  ]
  console.log(`| ${[kind, ...figures].join(' | ')} |`)
  crowd.child.kill('SIGKILL')
  await sleep(1000)
}

/** What everybody's first requests make grow doesn't come from a flood. */
async function warmUp(): Promise<void> {
  const honest = beHonest(honestOptions)
  await sleep(5000)
  await honest.stop()
  await sleep(3000)
}

/** Loopback is nobody's own here, unless the flood is to come from the owner's network. */
function config(upstreamPort: number) {
  const limits = values.from === 'own' ? {} : { limits: { own_networks: ['10.0.0.0/8'] } }
  return {
    public_url: ISSUER,
    listen: { https: '127.0.0.1:0' },
    tls: { source: 'local' },
    // Strangers have an upstream of their own, as in gateway.yaml: what they hold there keeps nobody else waiting.
    upstreams: {
      strangers: { url: `http://127.0.0.1:${upstreamPort}` },
      honest: { url: `http://127.0.0.1:${upstreamPort}` },
    },
    oauth: {
      scopes: { 'music.read': 'See your music' },
      clients: [
        {
          id: 'amazon-alexa',
          name: 'Amazon Alexa',
          secret: { file: 'data/alexa.secret' },
          redirect_uris: [JAPAN],
          scopes: ['music.read'],
        },
      ],
    },
    routes: [
      { path: '/open/*', upstream: 'strangers', auth: 'none' },
      { path: '/open/ok', upstream: 'honest', auth: 'none' },
    ],
    ...(values.root === fileURLToPath(new URL('../..', import.meta.url)) ? limits : {}),
  }
}

/** The crowd and the upstream have as many descriptors as this process. */
function clientsThatFit(): number {
  const limit = Number(/Max open files +(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1])
  const wanted = Number(values.clients)
  if (wanted + 100 <= limit) return wanted
  console.log(`Only ${limit} descriptors (ulimit -n), so there are fewer clients.`)
  return limit - 100
}

function descriptors(): number {
  return readdirSync(`/proc/${pid}/fd`).length
}

/** Megabytes in RAM. */
function memory(): number {
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024)
}
