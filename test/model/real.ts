import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Answer, EndpointRequest } from '../../src/http/answer.ts'
import type { AuthorizationServer } from '../../src/oauth/authorization-server.ts'
import { openClients, type RegisteredClient } from '../../src/oauth/clients/clients.ts'
import { openPresses } from '../../src/oauth/consent/presses.ts'
import { hashSecret } from '../../src/secrets/secret.ts'
import { openKeyvStore } from '../../src/store/keyv-store.ts'
import type { Store } from '../../src/store/store.ts'
import { openAccessTokens } from '../support/access-tokens.ts'
import type { testEnvironment } from '../support/environment.ts'
import { CLIENT, PUBLIC_CLIENT, USER } from '../support/grants.ts'
import { callEndpoint, knownResources } from '../support/server.ts'
import type { ClientName } from './model.ts'

const SECRET = 'the secret of alexa'
const VERIFIER = 'v'.repeat(43)
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url')
const SCOPES = ['music.read']
const BACK = 'https://client.example/back'

const ALEXA: RegisteredClient = { ...CLIENT, id: 'alexa', secretHash: hashSecret(SECRET), scopes: SCOPES }
const PHONE: RegisteredClient = { ...PUBLIC_CLIENT, id: 'phone', scopes: SCOPES }

export type TokenAnswer = { error?: string; access_token?: string; refresh_token?: string }

/** The authorization server on a real database, and another connection to it. Whoever asks is signed in. */
export class Real {
  readonly #environment: ReturnType<typeof testEnvironment>
  readonly #file: string
  #store!: Store
  #server!: AuthorizationServer

  constructor(environment: ReturnType<typeof testEnvironment>, folder: string) {
    this.#environment = environment
    this.#file = join(folder, 'skillgate.db')
  }

  async open(): Promise<void> {
    const { now, randomBytes } = this.#environment
    const store = await openKeyvStore(this.#file, now)
    const clients = openClients([ALEXA, PHONE], undefined)
    this.#store = store
    const findSession = async () => {
      const user = await store.get('user', USER.name)
      return user && !user.disabled ? { user, id: 'session', signedInAt: now() } : undefined
    }
    const nobody = async () => ({ kind: 'wrong' as const })
    this.#server = {
      now,
      randomBytes,
      issuer: 'https://home.example',
      basePath: '/alexa',
      scopes: { 'music.read': { en: 'See', de: 'Sehen' } },
      defaultScopes: SCOPES,
      resources: knownResources([]),
      clients,
      registration: { tokenHash: undefined, open: false, scopes: [] },
      store,
      clockDoubt: () => undefined,
      accessTokens: openAccessTokens(store, clients, now),
      pressOnce: openPresses({ now, randomBytes }),
      resourceOwners: { findSession, checkPassword: nobody, checkSecondFactor: nobody, endSession: async () => '' },
      rotationKey: Buffer.alloc(32, 1),
      audit: () => {},
    }
  }

  close(): Promise<void> {
    return this.#store.close()
  }

  async setDisabled(disabled: boolean): Promise<void> {
    await this.#store.put('user', USER.name, { ...USER, disabled })
    // As a command in another process, of which the database tells.
    this.#server.accessTokens.forgetAll()
  }

  /** @returns the parameters that the client's redirect URI gets, or undefined where nobody is signed in. */
  async consent(client: ClientName, decision: 'approve' | 'deny'): Promise<URLSearchParams | undefined> {
    const query = new URLSearchParams({ response_type: 'code', client_id: client, redirect_uri: BACK })
    if (client === 'phone') query.set('code_challenge', CHALLENGE)
    if (client === 'phone') query.set('code_challenge_method', 'S256')
    const page = await callEndpoint(this.#server, 'GET', 'authorize', ask(query.toString()))
    const hidden = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(page.body)?.[1] ?? ''
    const cookie = [page.headers['Set-Cookie'] ?? []]
      .flat()
      .map((set) => set.split(';')[0])
      .join('; ')
    const form = { request: hidden('request'), csrf: hidden('csrf'), decision }
    const { headers } = await callEndpoint(this.#server, 'POST', 'approve', ask('', form, cookie))
    return headers.Location === undefined ? undefined : new URL(String(headers.Location)).searchParams
  }

  async exchange(code: string, by: ClientName, verifierIsRight: boolean): Promise<TokenAnswer> {
    const verifier = by === 'phone' ? VERIFIER : undefined
    const code_verifier = verifierIsRight ? verifier : 'x'.repeat(43)
    return this.#token({
      grant_type: 'authorization_code',
      code,
      redirect_uri: BACK,
      code_verifier,
      ...credentials(by),
    })
  }

  async refresh(token: string, by: ClientName): Promise<TokenAnswer> {
    return this.#token({ grant_type: 'refresh_token', refresh_token: token, ...credentials(by) })
  }

  async revoke(token: string, by: ClientName): Promise<number> {
    return (await callEndpoint(this.#server, 'POST', 'revoke', ask('', { token, ...credentials(by) }))).status
  }

  async isGood(token: string): Promise<boolean> {
    return (await this.#server.accessTokens.find(token)) !== undefined
  }

  purge(): Promise<number> {
    return this.#store.purgeExpired(this.#environment.now(), 1000)
  }

  async #token(form: Record<string, string | undefined>): Promise<TokenAnswer> {
    const answer: Answer = await callEndpoint(this.#server, 'POST', 'token', ask('', form))
    return JSON.parse(answer.body)
  }
}

function credentials(client: ClientName): Record<string, string> {
  return client === 'alexa' ? { client_id: 'alexa', client_secret: SECRET } : { client_id: 'phone' }
}

function ask(query: string, form: Record<string, string | undefined> = {}, cookie?: string): EndpointRequest {
  const given = Object.entries(form).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return {
    query,
    headers: { 'content-type': 'application/x-www-form-urlencoded', cookie },
    address: '192.0.2.1',
    readBody: async () => new URLSearchParams(given).toString(),
  }
}
