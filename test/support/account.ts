import { join } from 'node:path'
import { keyFile, openSealer } from '../../src/secrets/seal.ts'
import type { TestHouse } from './gateway.ts'

/** Signs in at the stand-in, and has that be the account of one of the gateway's users. @returns the session there. */
export async function giveAccount(house: TestHouse, username = 'anna', userName = 'ada'): Promise<string> {
  const { store } = house.prepared
  const session = await signInAt(house, username)
  const user = await store.get('user', userName)
  if (!user) throw new Error(`no user ${userName}`)
  const sealer = await openSealer(keyFile(join(house.folder, 'data')), house)
  const account = {
    upstream: 'music-assistant',
    userId: `there-${username}`,
    name: username,
    role: 'user',
    sealedSession: sealer.seal(session, `account:${user.id}`),
    sessionAt: house.now(),
  }
  const changed = { ...user, account, revision: user.revision + 1 }
  if (!(await store.replace('user', userName, user.revision, changed))) throw new Error('the user has changed')
  return session
}

async function signInAt({ music }: TestHouse, username: string): Promise<string> {
  const password = music.users.find((user) => user.username === username)?.password
  const response = await fetch(`${music.url}/auth/login`, {
    method: 'POST',
    body: JSON.stringify({ credentials: { username, password } }),
  })
  return ((await response.json()) as { token: string }).token
}

/** What the stand-in answers to whoever brings this token: 200, or 401 once it has ended. */
export async function statusThere({ music }: Pick<TestHouse, 'music'>, token: string): Promise<number> {
  const response = await fetch(`${music.url}/auth/me`, { headers: { authorization: `Bearer ${token}` } })
  return response.status
}

/** The token that the gateway has sent last. */
export function sentToken({ music }: Pick<TestHouse, 'music'>): string {
  const [sent = ''] = music.requests.findLast(({ url, user }) => url === '/api' && user)?.header('authorization') ?? []
  return sent.slice('Bearer '.length)
}
