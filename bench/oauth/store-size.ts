import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Clients, RegisteredClient } from '../../src/oauth/clients/clients.ts'
import type { AccessTokens } from '../../src/oauth/grants/access-tokens.ts'
import { hashSecret } from '../../src/secrets/secret.ts'
import { openKeyvStore } from '../../src/store/keyv-store.ts'
import type { Store } from '../../src/store/store.ts'
import { openAccessTokens } from '../../test/support/access-tokens.ts'
import { fillGrants, grantOf, type Owner, tokenOf } from './fill.ts'
import { Latencies } from './latencies.ts'

// What one call to the store, and one look-up of a bearer token, costs with few and with many live grants. The sizes take turns, so that whatever else the
// machine does meets all alike.

const { values: flags } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1000,100000,1000000' },
    rounds: { type: 'string', default: '40' },
    // Keeps the databases there, and takes those that are there already.
    folder: { type: 'string' },
  },
})
const sizes = flags.sizes.split(',').map(Number)
const CALLS = 250
const DAY = 86_400_000
const OWNER: Owner = { userName: 'ada', userId: 'u'.repeat(22), client: 'amazon-alexa', scopes: ['music.control'] }

const CLIENTS: Clients = {
  isSecret: () => false,
  find: (id) => ({ id, scopes: OWNER.scopes }) as RegisteredClient,
  findToAsk: (id) => ({ id, scopes: OWNER.scopes }) as RegisteredClient,
  withRow: (id) => ({ id, scopes: OWNER.scopes }) as RegisteredClient,
}

const folder = flags.folder ?? mkdtempSync(join(tmpdir(), 'skillgate-size-'))
process.on('exit', () => flags.folder ?? rmSync(folder, { recursive: true, force: true }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))

const stores = new Map<number, Store>()
const lookups = new Map<Store, AccessTokens>()
/** A part of the tokens that the look-up can remember. */
const REMEMBERED = 500

const calls: Record<string, (store: Store, size: number) => Promise<() => Promise<unknown>>> = {
  async get(store, size) {
    const id = hashSecret(tokenOf('refresh', anyOf(size)))
    return () => store.get('refresh', id)
  },
  async insert(store) {
    const id = hashSecret(randomBytes(32).toString('base64url'))
    const expiresAt = Date.now() + 3_600_000
    const token = { grant: grantOf(OWNER, 0), scopes: OWNER.scopes, issuedAt: Date.now(), expiresAt }
    return () => store.insert('access', id, token, expiresAt)
  },
  async replace(store, size) {
    const id = grantOf(OWNER, anyOf(size))
    const grant = (await store.get('grant', id))!
    const used = { ...grant, revision: grant.revision + 1, lastUsedAt: Date.now() }
    return () => store.replace('grant', id, grant.revision, used, Date.now() + 90 * DAY)
  },
  async 'bearer look-up, cold'(store, size) {
    const tokens = lookups.get(store)!
    const token = tokenOf('access', anyOf(size))
    tokens.forgetAll()
    return async () => tokens.find(token)
  },
  async 'bearer look-up, remembered'(store) {
    const tokens = lookups.get(store)!
    const token = tokenOf('access', anyOf(REMEMBERED))
    await tokens.find(token)
    return async () => tokens.find(token)
  },
}

for (const size of sizes) {
  const file = join(folder, `${size}.db`)
  const filled = existsSync(file)
  const store = await openKeyvStore(file, Date.now)
  if (!filled) await fillGrants(store, OWNER, size, Date.now())
  console.log(`${size} grants: ${(statSync(file).size / 1e6).toFixed(0)} MB`)
  const [createdAt, displayName, password] = [Date.now(), 'Ada Lovelace', '']
  await store.put('user', OWNER.userName, {
    revision: 1,
    id: OWNER.userId,
    name: OWNER.userName,
    displayName,
    password,
    createdAt,
  })
  stores.set(size, store)
  lookups.set(store, openAccessTokens(store, CLIENTS, Date.now))
}

console.log(
  '| call | live grants | median µs | ratio | mean of 99 % | p99 | a second |\n| --- | --- | --- | --- | --- | --- | --- |',
)
for (const [name, prepare] of Object.entries(calls)) {
  const results = new Map(sizes.map((size) => [size, new Latencies()]))
  for (let round = 0; round < Number(flags.rounds); round++) {
    for (const [size, store] of stores) {
      for (let i = 0; i < CALLS; i++) {
        const call = await prepare(store, size)
        const started = performance.now()
        const done = await call()
        // The first ones of a turn find the processor's caches full of another database.
        if (i >= CALLS / 5) results.get(size)?.add((performance.now() - started) * 1000)
        if (!done) throw new Error(`${name} found nothing`)
      }
    }
  }
  const base = results.get(sizes[0]!)!.quantile(0.5)
  for (const [size, latencies] of results) {
    const [median, p99, mean] = [latencies.quantile(0.5), latencies.quantile(0.99), latencies.meanUpTo(0.99)]
    const figures = [median, median / base, mean, p99, 1e6 / median]
    console.log(`| ${[name, size, ...figures.map((figure, i) => figure.toFixed([1, 2, 1, 0, 0][i]))].join(' | ')} |`)
  }
}
for (const store of stores.values()) await store.close()

function anyOf(size: number): number {
  return randomBytes(4).readUInt32LE() % size
}
