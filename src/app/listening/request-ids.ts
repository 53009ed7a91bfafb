import type { Environment } from '../../config/environment.ts'

/** Ids of requests: unlike those of every other run of the gateway, and cheap. */
export function requestIds({ randomBytes }: Pick<Environment, 'randomBytes'>): () => string {
  const prefix = randomBytes(5).toString('hex')
  let count = 0
  return () => `${prefix}-${(++count).toString(36)}`
}
