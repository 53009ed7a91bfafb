import { randomBytes } from 'node:crypto'
import { hashSecret, newSecret } from '../../src/secrets/secret.ts'
import { ADA, type TestHouse } from './gateway.ts'

/** An access token as linking gives one, but without the way there. */
export async function issueToken(
  { prepared: { store }, now }: Pick<TestHouse, 'prepared' | 'now'>,
  scopes: string[] = ['music.read', 'music.control'],
  userName: string = ADA.name,
): Promise<string> {
  const user = (await store.get('user', userName))!
  const token = newSecret({ randomBytes })
  const grant = `${user.id}.${randomBytes(8).toString('hex')}`
  const at = now()
  await store.put('grant', grant, {
    revision: 1,
    userName: user.name,
    userId: user.id,
    client: 'amazon-alexa',
    scopes,
    createdAt: at,
    lastUsedAt: at,
  })
  const expiresAt = at + 3_600_000
  await store.put('access', hashSecret(token), { grant, scopes, issuedAt: at, expiresAt }, expiresAt)
  return token
}
