import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import type { UpstreamCall } from '../../src/http/call-upstream.ts'
import { GatewayError } from '../../src/http/gateway-error.ts'
import type { Identity } from '../../src/http/identity.ts'
import { openPersonalTokens } from '../../src/music-assistant/tokens/personal-tokens.ts'
import { openSealer } from '../../src/secrets/seal.ts'
import type { UserRecord } from '../../src/store/records.ts'
import type { AuditEvent } from '../../src/telemetry/audit.ts'
import type { Logger } from '../../src/telemetry/log.ts'
import { temporaryFolder } from './environment.ts'
import { openStores, putGrant, USER } from './grants.ts'

/** A Music Assistant of one person, as far as tokens go, that can be down at any moment. */
class Accounts {
  /** Names by token. */
  readonly tokens = new Map<string, string>()
  /** `METHOD path`, or the name of the command, of each call. */
  readonly calls: string[] = []
  /** `before`: it gets nothing. `after`: its answers get lost. */
  down: 'before' | 'after' | undefined
  /** What it refuses with, to whoever it knows. */
  refuses: number | undefined
  readonly #now: () => number

  constructor(now: () => number) {
    this.#now = now
  }

  make(name: string): string {
    const payload = Buffer.from(JSON.stringify({ exp: Math.floor(this.#now() / 1000) + 365 * 86_400 }))
    const token = `header.${payload.toString('base64url')}.${randomUUID()}`
    this.tokens.set(token, name)
    return token
  }

  named(name: RegExp | string): string[] {
    return [...this.tokens].filter(([, one]) => one.match(name)).map(([token]) => token)
  }

  readonly call = async ({ method, path, headers = [], body }: UpstreamCall) => {
    const { command, args } = body === undefined ? {} : JSON.parse(body)
    this.calls.push(command ?? `${method} ${path}`)
    if (this.down === 'before') throw new GatewayError('bad_gateway', 'down')
    const bearer = headers[headers.indexOf('Authorization') + 1]?.slice('Bearer '.length) ?? ''
    const [status, answer] = this.#answer(bearer, command ?? path, args)
    if (this.down === 'after') throw new GatewayError('gateway_timeout', 'its answer was lost')
    return { status, rawHeaders: [], body: Buffer.from(JSON.stringify(answer ?? null)) }
  }

  #answer(bearer: string, what: string, args: Record<string, string>): [number, unknown?] {
    if (!this.tokens.has(bearer)) return [401]
    switch (what) {
      case '/auth/logout':
        this.tokens.delete(bearer)
        return [200]
      case '/auth/me':
        return [200, { username: 'anna', role: 'user' }]
      case 'auth/token/create':
        return this.refuses === undefined ? [200, this.make(String(args.name))] : [this.refuses]
      case 'auth/tokens':
        return [200, [...this.tokens].map(([token_id, name]) => ({ token_id, name }))]
      case 'auth/token/revoke':
        return this.tokens.delete(String(args.token_id)) ? [200] : [400]
      default:
        return [404]
    }
  }
}

/** People's own tokens over a real store, with Ada, whose account is `anna`, and her grant. */
export async function openTokens(t: ExecutionContext) {
  const { other: _, store, ...environment } = await openStores(t)
  const sealer = await openSealer(join(temporaryFolder(t), 'seal.key'), environment)
  const there = new Accounts(environment.now)
  const session = there.make('session')
  const giveSession = async (token: string) => {
    const sealedSession = sealer.seal(token, `account:${USER.id}`)
    const account = { upstream: 'music', userId: 'there', name: 'anna', role: 'user', sealedSession }
    await store.put('user', USER.name, { ...USER, account: { ...account, sessionAt: environment.now() } })
  }
  await giveSession(session)
  const events: AuditEvent[] = []
  let generation = 0
  const log = { warn() {}, error() {}, info() {} } as unknown as Logger
  const tools = {
    ...{ ...environment, store, sealer, log, audit: (event: AuditEvent) => void events.push(event) },
    inDoubt: () => false,
    callTo: (upstream: string) => (upstream === 'music' ? there.call : undefined),
    openAccountSession: ({ id, account }: UserRecord) => account && sealer.open(account.sealedSession, `account:${id}`),
    isPersonal: (upstream: string) => upstream === 'music',
    host: () => 'home.example',
    generation: () => generation,
    forgetAll: () => void generation++,
  }
  const grant = await putGrant(store, environment.now())
  const identity: Identity = {
    user: { id: USER.id, name: USER.name, displayName: USER.displayName },
    client: 'alexa',
    grant: grant.id,
    scopes: [],
    by: 'bearer',
  }
  const until = environment.now() + 300_000
  const wanted = { grant: grant.id, userName: USER.name, userId: USER.id, clientName: 'Alexa', until }
  /** As after a restart, or a kill. */
  const open = () => openPersonalTokens(tools)
  const rowOf = (id = grant.id) => store.get('upstream-token', `${id}.music`)
  const eventNames = () => events.map(({ event }) => event)
  return {
    ...environment,
    store,
    there,
    session,
    giveSession,
    events,
    eventNames,
    identity,
    wanted,
    grant,
    open,
    rowOf,
  }
}
