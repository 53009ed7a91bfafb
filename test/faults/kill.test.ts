import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { startMusicAssistant } from '../../demo/stand-in-music-assistant.ts'
import { systemEnvironment } from '../../src/config/environment.ts'
import { hashSecret, newSecret } from '../../src/secrets/secret.ts'
import { everyRow } from '../../src/store/every-row.ts'
import { openKeyvStore } from '../../src/store/keyv-store.ts'
import type { Store } from '../../src/store/store.ts'
import { addUser } from '../../src/users/users.ts'
import { temporaryFolder } from '../support/environment.ts'
import { ADA, JAPAN } from '../support/gateway.ts'
import { noteIssued } from '../support/issued-secrets.ts'
import { type GatewayProcess, startProcess, writeConfig } from '../support/process.ts'
import { seededRandom } from './seeded-random.ts'
import { type Answer, clientsOf, type TokenClients, together } from './token-clients.ts'

const KILLS = 60
const CODES = 5000
const REFRESHES = 5000

/** What the clients know, over all gateways that answered them. */
interface Known {
  /** Codes that are still to be exchanged, also those whose answer never came. */
  codes: string[]
  /** How often each code was answered with tokens. */
  redeemed: Map<string, number>
  /** Codes that were refused, and those that were sent without an answer. */
  refused: Set<string>
  unanswered: Set<string>
  refreshTokens: string[]
  accessTokens: string[]
  refreshes: number
}

test('what was answered is still good after 60 kills in the middle of 10,000 exchanges and refreshes', async (t) => {
  t.timeout(300_000)
  // The gateways start in half the time when they needn't compile again what the one before has compiled.
  process.env.NODE_COMPILE_CACHE = join(temporaryFolder(t), 'compiled')
  const random = seededRandom(t)
  const music = await startMusicAssistant()
  t.teardown(() => music.close())
  const config = writeConfig(t, music)
  mkdirSync(join(config, '..', 'data'), { recursive: true })
  const store = await openKeyvStore(join(config, '..', 'data', 'skillgate.db'), Date.now)
  t.teardown(() => store.close())
  await addUser(store, systemEnvironment, ADA)
  const known: Known = {
    codes: await giveOutCodes(store, CODES),
    redeemed: new Map(),
    refused: new Set(),
    unanswered: new Set(),
    refreshTokens: [],
    accessTokens: [],
    refreshes: 0,
  }

  // The next one starts while this one is asked, so that they are two that share the database for a while.
  let next = startProcess(t, config)
  let inFlight = 0
  for (let kill = 0; kill < KILLS; kill++) {
    const gateway = await next
    next = startProcess(t, config)
    next.catch(() => {})
    inFlight += await askUntilKilled(gateway, known, Math.ceil((CODES + REFRESHES) / KILLS), random)
  }
  t.true(inFlight > KILLS, `${inFlight} requests were in flight when a gateway was killed`)

  const last = await next
  const clients = clientsOf(last)
  await together(async () => {
    if (known.codes.length > 0) await exchangeOne(clients, known)
    else if (known.refreshes < REFRESHES) await refreshOne(clients, known, known.refreshTokens[random(1000)]!)
    else return false
    return true
  })
  const { redeemed, refused, refreshes } = known
  t.log(
    `${redeemed.size} codes, ${refused.size} redeemed without an answer, ${refreshes} refreshes, ${inFlight} in flight`,
  )
  checkRedemptions(t, known)
  await checkStore(t, store, known)
  await checkTokens(t, clients, known)
  await clients.close()
  t.is(await last.stop(), 0)
})

function checkRedemptions(t: ExecutionContext, { codes, redeemed, refused, unanswered }: Known): void {
  t.is(codes.length, 0)
  t.true(
    [...redeemed.values()].every((times) => times === 1),
    'no code was answered with tokens twice',
  )
  for (const code of refused) t.true(unanswered.has(code), 'only who got no answer is refused later')
  t.is(redeemed.size + refused.size, CODES)
}

/** Each code that gave tokens has its one grant, and there is no grant besides that a second redemption made. */
async function checkStore(t: ExecutionContext, store: Store, { redeemed, refused }: Known): Promise<void> {
  const grants = new Set<string>()
  for (const code of redeemed.keys()) {
    const redemption = await store.get('redemption', hashSecret(code))
    grants.add(redemption!.grant)
  }
  t.is(grants.size, redeemed.size)
  let others = 0
  for await (const { id } of everyRow(store, 'grant')) if (!grants.delete(id)) others++
  t.is(grants.size, 0, 'no grant is missing')
  t.true(others <= refused.size, `${others} grants of ${refused.size} codes that were redeemed without an answer`)
}

async function checkTokens(t: ExecutionContext, clients: TokenClients, known: Known): Promise<void> {
  const statuses = new Map<string, number>()
  const [access, refresh] = [[...known.accessTokens], [...known.refreshTokens]]
  await together(async () => {
    const token = access.pop()
    if (token !== undefined) {
      const { status } = await clients.callApi(token)
      statuses.set(`api ${status}`, (statuses.get(`api ${status}`) ?? 0) + 1)
    } else if (refresh.length > 0) {
      await refreshOne(clients, known, refresh.pop()!)
    } else return false
    return true
  })
  // The token is good, and lacks the scope. A dead one would be 401.
  t.deepEqual([...statuses.keys()], ['api 403'])
}

async function giveOutCodes(store: Store, count: number): Promise<string[]> {
  const { id: userId, name: userName } = (await store.get('user', ADA.name))!
  const expiresAt = Date.now() + 3_600_000
  // No right to call Music Assistant: whether a token is good is seen from what is answered without asking there.
  const owner = { userName, userId, client: 'amazon-alexa', scopes: ['music.read'], redirectUri: JAPAN, expiresAt }
  const codes = Array.from({ length: count }, () => newSecret(systemEnvironment))
  for (const code of codes) noteIssued(code)
  const rows = codes.map((code) => ({ kind: 'code', id: hashSecret(code), value: owner, expiresAt }) as const)
  const [first, ...alongside] = rows
  await store.insert(first!.kind, first!.id, first!.value, expiresAt, alongside)
  return codes
}

/** @returns how many requests the gateway had got and not answered when it was killed. */
async function askUntilKilled(
  gateway: GatewayProcess,
  known: Known,
  answers: number,
  random: (below: number) => number,
): Promise<number> {
  const clients = clientsOf(gateway)
  let left = Math.floor(answers * 0.7) + random(answers)
  let inFlight = 0
  let killed: Promise<unknown> | undefined
  await together(async () => {
    try {
      await askOnce(clients, known, random)
    } catch (error) {
      if (!killed) throw error
      inFlight++
    }
    if (--left > 0) return true
    // Some of those that are in flight get to the disk in this time, others don't.
    const moment = performance.now() + random(2000) / 1000
    while (!killed && performance.now() < moment);
    killed ??= gateway.stop('SIGKILL')
    return false
  })
  await killed
  await clients.close()
  return inFlight
}

/** Exchanges a code or refreshes a token, by chance. */
async function askOnce(clients: TokenClients, known: Known, random: (below: number) => number): Promise<void> {
  const { codes, refreshTokens } = known
  if (codes.length > 0 && (refreshTokens.length === 0 || random(2) === 0)) return exchangeOne(clients, known)
  return refreshOne(clients, known, refreshTokens[random(refreshTokens.length)]!)
}

async function exchangeOne(clients: TokenClients, known: Known): Promise<void> {
  const code = known.codes.shift()!
  const answer = await clients.exchange(code).catch((error) => {
    // Alexa would ask again.
    known.unanswered.add(code)
    known.codes.push(code)
    throw error
  })
  if (answer.json.error === 'invalid_grant') {
    known.refused.add(code)
    return
  }
  keep(known, answer)
  known.redeemed.set(code, (known.redeemed.get(code) ?? 0) + 1)
  known.refreshTokens.push(String(answer.json.refresh_token))
}

async function refreshOne(clients: TokenClients, known: Known, token: string): Promise<void> {
  keep(known, await clients.refresh(token))
  known.refreshes++
}

/** @throws Error when these are no tokens. */
function keep(known: Known, { status, json }: Answer): void {
  if (status !== 200) throw new Error(`answered ${status}: ${JSON.stringify(json)}`)
  noteIssued(json.access_token)
  noteIssued(json.refresh_token)
  known.accessTokens.push(String(json.access_token))
}
