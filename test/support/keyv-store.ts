import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { openKeyvStore } from '../../src/store/keyv-store.ts'
import type { GrantRecord } from '../../src/store/records.ts'
import { temporaryFolder, testEnvironment } from './environment.ts'

export const code = {
  userName: 'ada',
  userId: 'u1',
  client: 'c',
  redirectUri: 'https://c.example/',
  scopes: ['a'],
  expiresAt: 0,
}

export const grant = (revision: number): GrantRecord => ({
  revision,
  userName: 'ada',
  userId: 'u1',
  client: 'c',
  scopes: [],
  createdAt: 0,
  lastUsedAt: 0,
})

/** A store in a folder of its own, closed when the test has ended. */
export async function openStore(t: ExecutionContext) {
  const environment = testEnvironment()
  const file = join(temporaryFolder(t), 'data', 'skillgate.db')
  const store = await openKeyvStore(file, environment.now)
  t.teardown(() => store.close())
  return { store, file, ...environment }
}
