import { coversResource } from '../http/covers-resource.ts'
import type { AccessToken, AccessTokens } from '../oauth/grants/access-tokens.ts'
import type { AccessPolicy } from './access/access-policy.ts'

/** What is decided about a request. */
export type Decision =
  | { kind: 'allow'; identity?: AccessToken }
  | {
      kind: 'challenge'
      status: 401 | 403
      error?: 'invalid_token' | 'insufficient_scope'
      sentence: string
      scopes: string[]
      /** Where the client learns how to get a token. */
      metadata: string
    }

/**
 * The one place that decides who gets through: the policy and the credentials in, a decision out.
 * @throws StorageError when it can't be told whether the token is good.
 */
export async function authorizeRequest(
  policy: AccessPolicy,
  authorization: string | undefined,
  accessTokens: Pick<AccessTokens, 'find'>,
): Promise<Decision> {
  if (policy.auth === 'none') return { kind: 'allow' }
  const token = readBearerToken(authorization)
  if (token === undefined) return challenge(policy, 'Send an access token as "Authorization: Bearer ...".')
  const identity = await accessTokens.find(token)
  if (!identity) return challenge(policy, 'The access token is unknown, expired or revoked.', 'invalid_token')
  if (!coversResource(identity.resources, policy.resource)) {
    return challenge(policy, 'The access token is for another resource.', 'invalid_token')
  }
  return requireScopes(policy, identity)
}

/** Only from the header: a token in a URI ends up in logs. @see RFC 6750 sections 2.1 and 2.3 */
function readBearerToken(authorization: string | undefined): string | undefined {
  return /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(authorization ?? '')?.[1]
}

function requireScopes({ scopes, metadata }: AccessPolicy, identity: AccessToken): Decision {
  if (scopes.every((scope) => identity.scopes.includes(scope))) return { kind: 'allow', identity }
  const sentence = `This needs an access token with the scope ${scopes.join(' ')}.`
  return { kind: 'challenge', status: 403, error: 'insufficient_scope', sentence, scopes, metadata }
}

/** Without credentials there is no error to name. @see RFC 6750 section 3.1 */
function challenge({ scopes, metadata }: AccessPolicy, sentence: string, error?: 'invalid_token'): Decision {
  return { kind: 'challenge', status: 401, error, sentence, scopes, metadata }
}
