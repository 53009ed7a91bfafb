import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import type { Clients, RegisteredClient } from '../../src/oauth/clients.ts'
import { expiry } from '../../src/oauth/grants.ts'
import { openKeyvStore } from '../../src/store/keyv-store.ts'
import type { GrantRecord, UserRecord } from '../../src/store/records.ts'
import { hashSecret, newSecret } from '../../src/store/secrets.ts'
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

export const CLIENT: RegisteredClient = {
  id: 'alexa',
  name: 'Alexa',
  public: false,
  secret: 'a:secret+with&odd%20=parts',
  redirect_uris: ['https://client.example/back'],
  scopes: ['music.read', 'music.control'],
}

export const PUBLIC_CLIENT: RegisteredClient = { ...CLIENT, id: 'phone', public: true, secret: undefined }

export function testClients(): Clients {
  return new Map([CLIENT, PUBLIC_CLIENT].map((client) => [client.id, client]))
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
  await store.put('grant', id, record, expiry(record))
  const token = newSecret({ randomBytes })
  const expiresAt = now + 3600_000
  await store.put('access', hashSecret(token), { grant: id, scopes: record.scopes, expiresAt }, expiresAt)
  return { id, record, token, expiresAt }
}
