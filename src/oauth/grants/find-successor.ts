import { createHmac } from 'node:crypto'
import { hashSecret } from '../../secrets/secret.ts'
import type { AuthorizationServer } from '../authorization-server.ts'

type SuccessorTools = Pick<AuthorizationServer, 'store' | 'rotationKey' | 'earlierRotationKeys'>

/**
 * What follows from a refresh token. Where that was given out already, and the key was rotated since, it is the same one:
 * a client whose answer got lost must not get two, nor lose the one that it has.
 * @param given whether it was given out already.
 */
export async function findSuccessor(
  { store, rotationKey, earlierRotationKeys = [] }: SuccessorTools,
  token: string,
  given: boolean,
): Promise<string> {
  const newest = derive(rotationKey, token)
  if (!given || earlierRotationKeys.length === 0) return newest
  for (const successor of [newest, ...earlierRotationKeys.map((key) => derive(key, token))]) {
    if (await store.get('refresh', hashSecret(successor), 0)) return successor
  }
  return newest
}

function derive(key: Buffer, token: string): string {
  return createHmac('sha256', key).update(token).digest('base64url')
}
