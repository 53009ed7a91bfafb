import { hashSecret, newSecret } from '../../secrets/secret.ts'
import type { CodeRecord, UserRecord } from '../../store/records.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import type { AuthorizationRequest } from '../checks/check-authorization-request.ts'
import { approvalEntries } from '../clients/approval-entries.ts'

/**
 * @param grant the id that its grant is to have, if something was made for that already.
 * @param attempt the id of the attempt to link. @see RFC 6749 section 4.1.2
 */
export async function issueCode(
  server: AuthorizationServer,
  { client, redirectUri, redirectUriLeftOut, scopes, resources, challenge }: AuthorizationRequest,
  user: UserRecord,
  { grant, attempt }: Pick<CodeRecord, 'grant' | 'attempt'> = {},
): Promise<string> {
  const code = newSecret(server)
  const owner = { userName: user.name, userId: user.id }
  const expiresAt = server.now() + client.lifetimes.code
  const request = { client: client.id, redirectUri, redirectUriLeftOut, scopes, resources, challenge }
  const record: CodeRecord = { ...owner, ...request, expiresAt, grant, attempt }
  await server.store.insert('code', hashSecret(code), record, expiresAt, await approvalEntries(server, client))
  return code
}

/** Writes down that a browser is sent off with a code once more: the client may well send it twice then. @returns whether there is such a code. */
export async function noteSentAgain(
  { store, now }: Pick<AuthorizationServer, 'store' | 'now'>,
  code: string,
): Promise<boolean> {
  const id = hashSecret(code)
  const record = await store.get('code', id)
  if (record) await store.put('code', id, { ...record, sentAgainAt: now() }, record.expiresAt)
  return record !== undefined
}
