import { hashSecret, isSecret } from '../../secrets/secret.ts'
import { isOfTheFuture } from '../../store/clock-tolerance.ts'
import type { AuthorizationServer } from '../authorization-server.ts'

/**
 * Why an access token isn't good. `gone`: it is unknown or was revoked. `lapsed`: its grant has ended by its time.
 * `expired`: there is a refresh token that gets a new one. `suspended`: it may be good again as it is.
 */
export type WhyRefused = 'gone' | 'lapsed' | 'expired' | 'suspended'

/** Access tokens are known for so long after their end. Milliseconds. docs/decisions/directives.md */
export const EXPIRED_KNOWN_MS = 7 * 86_400_000

/**
 * Tells those who unlink a home by it what is wrong with an access token that wasn't found to be good. A doubt, such as
 * a clock that is wrong, is never `gone` or `lapsed`.
 * @throws StorageError when nobody can tell.
 */
export async function whyRefused(
  { store, clients, clockDoubt, now }: Pick<AuthorizationServer, 'store' | 'clients' | 'clockDoubt' | 'now'>,
  token: string,
): Promise<WhyRefused> {
  // Rows that have expired are there until they are purged, which no clock in doubt does.
  const access = isSecret(token) ? await store.get('access', hashSecret(token), 0) : undefined
  // What was given out after a backup is unknown once it was restored, though Alexa's refresh token is still good.
  if (!access && (await store.get('restore', 'last'))) return 'suspended'
  const grant = access && (await store.get('grant', access.grant, 0))
  const user = grant && (await store.get('user', grant.userName))
  if (!access || !grant || user?.id !== grant.userId) return 'gone'
  if (clockDoubt() || isOfTheFuture(access.issuedAt, now())) return 'suspended'
  if (!(await store.get('grant', access.grant))) return 'lapsed'
  return user.disabled || !(await clients.find(grant.client)) ? 'suspended' : 'expired'
}
