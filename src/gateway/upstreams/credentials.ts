import { GatewayError } from '../../http/gateway-error.ts'
import type { Identity } from '../../http/identity.ts'
import type { UpstreamSettings } from './upstream.ts'

/**
 * What the gateway signs in with at an upstream for somebody: the value of `Authorization`. For a stranger it never
 * signs in: they would act there as the owner of the token.
 */
export function credentialsFor({ token }: UpstreamSettings, identity: Identity | undefined): string | undefined {
  return token === undefined || identity === undefined ? undefined : `Bearer ${token}`
}

/**
 * What an upstream's status really means. A 401 to a request whose caller this gateway has let in means the gateway
 * itself: passed on, it would tell a client that its own token is bad, and Alexa would unlink.
 * @returns what the client is told instead; undefined where the answer is passed on.
 */
export function refusalOf(
  { name, token }: UpstreamSettings,
  identity: Identity | undefined,
  status: number,
): GatewayError | undefined {
  if (status !== 401 || identity === undefined) return undefined
  const advice = token === undefined ? 'it has none' : 'the one it has may have expired'
  return new GatewayError('upstream_refused_gateway', `${name} answered 401: set upstreams.${name}.token, ${advice}`)
}
