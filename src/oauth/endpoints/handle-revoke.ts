import { type Answer, type EndpointRequest, jsonAnswer } from '../../http/answer.ts'
import { hashSecret, isSecret } from '../../secrets/secret.ts'
import type { TokenRecord } from '../../store/records.ts'
import type { AuthorizationServer } from '../authorization-server.ts'
import { readClientRequest } from '../clients/read-client-request.ts'
import { revokeGrant } from '../grants/grants.ts'
import type { Known } from './known.ts'

/**
 * The revocation endpoint. Whether there was such a token, and whose it was, is told to nobody.
 * @see RFC 7009
 */
export async function handleRevoke(
  server: AuthorizationServer,
  request: EndpointRequest,
  known: Known,
): Promise<Answer> {
  const { client, parameters, address } = await readClientRequest(server, request, known)
  const found = await findToken(server, parameters.require('token'))
  const grant = found && (await server.store.get('grant', found.record.grant, judgedAt(server)))
  // Clients ignore what it says, but simple-oauth2 takes nothing but JSON. @see RFC 7009 section 2.2
  const done = jsonAnswer(200, {})
  if (!found || grant?.client !== client.id) return done

  if (found.kind === 'refresh') {
    await revokeGrant(server, found.record.grant)
  } else {
    await server.store.delete('access', found.id)
    server.accessTokens.forgetAll()
  }
  const about = { address, user: grant.userName, client: client.id, grant: found.record.grant }
  server.audit({ event: 'revoked', ...about, detail: `by its client: ${found.kind} token` })
  return done
}

interface FoundToken {
  kind: 'access' | 'refresh'
  id: string
  record: Pick<TokenRecord, 'grant'>
}

/** What has expired by a clock that is in doubt may be good again tomorrow: it is revoked like any other. */
function judgedAt({ now, clockDoubt }: AuthorizationServer): number {
  return clockDoubt() ? 0 : now()
}

/** Of either kind, whatever the request's `token_type_hint` says. */
async function findToken(server: AuthorizationServer, token: string): Promise<FoundToken | undefined> {
  if (!isSecret(token)) return undefined
  const id = hashSecret(token)
  for (const kind of ['refresh', 'access'] as const) {
    const record = await server.store.get(kind, id, judgedAt(server))
    if (record) return { kind, id, record }
  }
  return undefined
}
