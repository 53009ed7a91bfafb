import { hashSecret } from '../../secrets/secret.ts'
import { isOfTheFuture, isWithin } from '../../store/clock-tolerance.ts'
import type { Entry } from '../../store/store.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import type { RegisteredClient } from '../clients/clients.ts'
import type { ClientRequest } from '../clients/read-client-request.ts'
import { invalidToken, type PresentedToken } from './find-refresh-token.ts'
import { findSuccessor } from './find-successor.ts'
import { noteUse, revokeGrant } from './grants.ts'
import { newRefreshToken } from './issue-tokens.ts'

/**
 * The refresh token's successor, written with the access token in one step. It follows from the token itself, so that a
 * client whose answer got lost, or that asks twice at once, gets the same one again. @see RFC 9700 section 4.14.2
 */
export async function rotate(
  server: AuthorizationServer,
  client: RegisteredClient,
  { token, id, record, grant }: PresentedToken,
  access: Entry,
): Promise<string> {
  // First, for should it fail nothing has happened yet: who got no answer asks again, and in time.
  await noteUse(server, grant, client)
  const successor = await findSuccessor(server, token, record.supersededAt !== undefined)
  const next = newRefreshToken(server, client, grant.id, record, successor)
  const superseded: Entry = {
    kind: 'refresh',
    id,
    value: { ...record, supersededAt: server.now() },
    expiresAt: record.expiresAt ?? next.entry.expiresAt,
  }
  const { kind, id: nextId, value } = next.entry
  // The clock may be behind just now: nobody is to be unlinked when it is right again.
  const expiresAt = Math.max(next.entry.expiresAt ?? 0, record.expiresAt ?? 0)
  const first = await server.store.insert(kind, nextId, { ...value, expiresAt }, expiresAt, [superseded, access])
  if (!first) await server.store.insert(access.kind, access.id, access.value, access.expiresAt)
  return next.token
}

/**
 * A token that comes again when its successor was used, or when its grace is over, was copied by somebody: nothing that
 * came from it stays good. @throws OAuthError invalid_grant @see RFC 9700 section 4.14.2
 */
export async function refuseReuse(
  server: AuthorizationServer,
  { client, address }: ClientRequest,
  presented: PresentedToken,
): Promise<void> {
  const { record, grant } = presented
  if (record.supersededAt === undefined) return
  const used = await isSuccessorUsed(server, presented.token)
  if (!used && (await isInGrace(server, client, presented, record.supersededAt))) return
  await revokeGrant(server, grant.id)
  const { userName: user } = grant.record
  const why = used ? 'after its successor was used' : 'after its grace'
  const detail = `${why}: its grant is revoked`
  server.audit({ event: 'refresh_token_reused', address, user, client: client.id, grant: grant.id, detail })
  throw invalidToken(`used again ${why}, grant ${grant.id} is revoked`)
}

/** Whoever uses the successor has had the answer that it came in. No clock has a part in it. */
async function isSuccessorUsed(server: AuthorizationServer, token: string): Promise<boolean> {
  // Whatever the calendar says: a successor that has expired meanwhile was used nevertheless.
  const successor = await server.store.get('refresh', hashSecret(await findSuccessor(server, token, true)), 0)
  return successor?.supersededAt !== undefined
}

/** Where nobody can tell how long ago it was, it is: a successor that nobody has used gives a thief no start. */
async function isInGrace(
  { store, now, clockDoubt }: AuthorizationServer,
  { lifetimes }: RegisteredClient,
  { id, record }: PresentedToken,
  supersededAt: number,
): Promise<boolean> {
  if (isWithin(lifetimes.refreshGrace, supersededAt, now()) || clockDoubt()) return true
  if (!isOfTheFuture(supersededAt, now())) return false
  // It was noted by a clock that was ahead: the grace begins now, so that it ends.
  await store.put('refresh', id, { ...record, supersededAt: now() }, record.expiresAt)
  return true
}
