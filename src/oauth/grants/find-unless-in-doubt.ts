import { GatewayError } from '../../http/gateway-error.ts'
import type { Records } from '../../store/records.ts'
import type { ClockDoubt } from '../../store/watch-clock.ts'
import type { AuthorizationServer } from '../authorization-server.ts'

/** What hangs on the calendar, and of which a client is told that it is gone. */
type DatedKind = 'code' | 'grant' | 'refresh'

/**
 * The row, or undefined where there is none. One that has expired by a clock that is in doubt is neither: whoever is told
 * that it is gone gives up the link.
 * @throws GatewayError clock_unsettled, which is 503: the client asks again.
 */
export async function findUnlessInDoubt<K extends DatedKind>(
  { store, clockDoubt }: Pick<AuthorizationServer, 'store' | 'clockDoubt'>,
  kind: K,
  id: string,
): Promise<Records[K] | undefined> {
  const row = await store.get(kind, id)
  const doubt = row ? undefined : clockDoubt()
  if (doubt && (await store.get(kind, id, 0))) throw clockUnsettled(`${kind} expired by a clock in doubt`, doubt)
  return row
}

/**
 * Before anything begins that is to last: a date from before this program was made would be over as soon as the clock is right.
 * @throws GatewayError clock_unsettled
 */
export function requirePossibleClock({ clockDoubt }: Pick<AuthorizationServer, 'clockDoubt'>): void {
  const doubt = clockDoubt()
  if (doubt?.impossible) throw clockUnsettled('nothing can be dated', doubt)
}

export function clockUnsettled(what: string, { detail }: ClockDoubt): GatewayError {
  return new GatewayError('clock_unsettled', `${what}: ${detail}`, { 'Retry-After': '60' })
}
