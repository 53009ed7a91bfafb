import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { type Clients, openClients, type RegisteredClient } from '../../src/oauth/clients/clients.ts'
import { expiry } from '../../src/oauth/grants/grants.ts'
import { hashSecret, newSecret } from '../../src/secrets/secret.ts'
import { openKeyvStore } from '../../src/store/keyv-store.ts'
import type { AccountRecord, GrantRecord, UserRecord } from '../../src/store/records.ts'
import type { Store } from '../../src/store/store.ts'
import { temporaryFolder, testEnvironment } from './environment.ts'

export const USER: UserRecord = {
  revision: 1,
  id: 'u1',
  name: 'ada',
  displayName: 'Ada Lovelace',
  password: 'unused',
  createdAt: 0,
}

/** One at Music Assistant. */
export const ACCOUNT: AccountRecord = {
  upstream: 'music-assistant',
  userId: 'there-1',
  name: 'ada',
  role: 'user',
  sealedSession: 'unused',
  sessionAt: 0,
}

/** The client's. */
export const SECRET = 'a:secret+with&odd%20=parts'

export const CLIENT: RegisteredClient & { lifetimes: { refreshToken: number } } = {
  id: 'alexa',
  name: 'Alexa',
  public: false,
  secretHash: hashSecret(SECRET),
  redirect_uris: ['https://client.example/back'],
  scopes: ['music.read', 'music.control'],
  grant_types: ['authorization_code', 'refresh_token'],
  auth_methods: ['client_secret_basic', 'client_secret_post'],
  pkce: 'optional',
  refresh: 'keep',
  resource_server: false,
  lifetimes: { code: 300_000, accessToken: 3_600_000, refreshToken: 90 * 86_400_000, refreshGrace: 60_000 },
}

/** As one that is configured without a lifetime of refresh tokens. */
export const KEPT: RegisteredClient = { ...CLIENT, lifetimes: { ...CLIENT.lifetimes, refreshToken: undefined } }

export const PUBLIC_CLIENT: RegisteredClient = {
  ...CLIENT,
  id: 'phone',
  public: true,
  secretHash: undefined,
  auth_methods: [],
  pkce: 'required',
  refresh: 'rotate',
}

export function testClients(): Clients {
  return openClients([CLIENT, PUBLIC_CLIENT], undefined)
}

/** A real store in a folder of its own, and a second connection to it, as another process has one. */
export async function openStores(t: ExecutionContext) {
  const environment = testEnvironment()
  const file = join(temporaryFolder(t), 'skillgate.db')
  const store = await openKeyvStore(file, environment.now)
  const other = await openKeyvStore(file, environment.now)
  t.teardown(() => store.close())
  t.teardown(() => other.close())
  await store.put('user', USER.name, USER)
  return { store, other, ...environment }
}

/** A grant of the user with an access token, in the store. */
export async function putGrant(store: Store, now: number, change: Partial<GrantRecord> = {}) {
  const id = `${USER.id}.${randomBytes(8).toString('hex')}`
  const record: GrantRecord = {
    revision: 1,
    userName: USER.name,
    userId: USER.id,
    client: CLIENT.id,
    scopes: ['music.read'],
    createdAt: now,
    lastUsedAt: now,
    ...change,
  }
  await store.put('grant', id, record, expiry(record, CLIENT))
  const token = newSecret({ randomBytes })
  const expiresAt = now + 3600_000
  const value = { grant: id, scopes: record.scopes, issuedAt: now, expiresAt }
  await store.put('access', hashSecret(token), value, expiresAt)
  return { id, record, token, expiresAt }
}
