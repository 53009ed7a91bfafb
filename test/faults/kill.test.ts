import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { Pool } from 'undici'
import { startMusicAssistant } from '../../demo/stand-in-music-assistant.ts'
import { systemEnvironment } from '../../src/config/environment.ts'
import { openKeyvStore } from '../../src/store/keyv-store.ts'
import { hashSecret, newSecret } from '../../src/store/secrets.ts'
import type { Store } from '../../src/store/store.ts'
import { addUser } from '../../src/users/users.ts'
import { temporaryFolder } from '../support/environment.ts'
import { ADA, JAPAN } from '../support/gateway.ts'
import { noteIssued } from '../support/issued-secrets.ts'
import { type GatewayProcess, startProcess, writeConfig } from '../support/process.ts'
import { seededRandom } from './seeded-random.ts'

const KILLS = 60
const CODES = 5000
const REFRESHES = 5000
const CLIENTS = 12

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

type Answer = { status: number; json: Record<string, unknown> }
type Post = (path: string, form: Record<string, string>, bearer?: string) => Promise<Answer>

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
  const { post, close } = clientsOf(last)
  await together(async () => finish(post, known), known)
  t.is(known.codes.length, 0)
  t.true(known.refreshes >= REFRESHES)
  t.is(Math.max(...known.redeemed.values()), 1)
  for (const code of known.refused) t.true(known.unanswered.has(code), 'only who got no answer is refused later')
  t.is(known.redeemed.size + [...known.refused].filter((code) => !known.redeemed.has(code)).length, CODES)
  await checkStore(t, store, known)
  await checkTokens(t, post, known)
  t.log(
    `${known.redeemed.size} codes and ${known.refreshes} refreshes were answered, ${inFlight} requests were in flight`,
  )
  await close()
  t.is(await last.stop(), 0)
})

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
  const { post, close } = clientsOf(gateway)
  const [least, most] = [Math.floor(answers * 0.7), Math.ceil(answers * 1.5)]
  let left = least + random(most - least)
  let lost = 0
  let killed: Promise<unknown> | undefined
  await together(async () => {
    try {
      await askOnce(post, known, random)
    } catch (error) {
      if (!killed) throw error
      lost++
    }
    if (--left <= 0) killed ??= gateway.stop('SIGKILL')
    return killed === undefined
  }, known)
  await killed
  await close()
  return lost
}

/** Exchanges a code or refreshes a token, by chance. */
async function askOnce(post: Post, known: Known, random: (below: number) => number): Promise<void> {
  const { codes, refreshTokens } = known
  if (codes.length > 0 && (refreshTokens.length === 0 || random(2) === 0)) return exchangeOne(post, known)
  return refreshOne(post, known, refreshTokens[random(refreshTokens.length)]!)
}

async function exchangeOne(post: Post, known: Known): Promise<void> {
  const code = known.codes.shift()!
  try {
    const { status, json } = await post('/alexa/token', {
      grant_type: 'authorization_code',
      code,
      redirect_uri: JAPAN,
    })
    if (status === 400 && json.error === 'invalid_grant') return void known.refused.add(code)
    known.redeemed.set(code, (known.redeemed.get(code) ?? 0) + 1)
    keep(known, status, json)
    known.refreshTokens.push(String(json.refresh_token))
  } catch (error) {
    // Alexa would ask again.
    known.unanswered.add(code)
    known.codes.push(code)
    throw error
  }
}

async function refreshOne(post: Post, known: Known, token: string): Promise<void> {
  const { status, json } = await post('/alexa/token', { grant_type: 'refresh_token', refresh_token: token })
  keep(known, status, json)
  known.refreshes++
}
