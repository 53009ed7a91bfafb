import { GatewayError } from '../../http/gateway-error.ts'
import type { Identity } from '../../http/identity.ts'
import type { SignsIn, UpstreamSettings } from './upstream.ts'

type Settings = UpstreamSettings & SignsIn

/**
 * What is signed in with at an upstream for somebody, as the value of `Authorization`: their own token there, or else the
 * gateway's. For a stranger there is none: they would act there as the owner of the token.
 * @throws GatewayError upstream_refused_person where somebody's own is over; others while that can't be told.
 */
export function credentialsFor(
  { token, ownTokens }: Settings,
  identity: Identity | undefined,
): string | undefined | Promise<string | undefined> {
  if (identity === undefined) return undefined
  const own = ownTokens?.credentialsOf(identity)
  if (own instanceof Promise) return own.then((value) => value ?? bearer(token))
  return own ?? bearer(token)
}

/**
 * What an upstream's status really means. A 401 to a request whose caller this gateway has let in means what was signed in
 * with there. The gateway's own token is nothing that a client could do about: passed on, it would tell that client that
 * its token is bad, and Alexa would unlink. Somebody's own is: its client is told so, once, and asks for a new one.
 * @param credentials that were sent.
 * @returns what the client is told instead; undefined where the answer is passed on.
 */
export function refusalOf(
  { name, token, earlierToken, ownTokens, rereadToken }: Settings,
  identity: Identity | undefined,
  status: number,
  credentials: string | undefined,
): GatewayError | undefined {
  if (status !== 401 || identity === undefined) return undefined
  // Of a crowd that was refused the first has it read again, and the rest was sent with the one before.
  const isOurs = credentials === bearer(token) || credentials === bearer(earlierToken)
  if (ownTokens && credentials !== undefined && !isOurs) {
    const detail = `${name} answered 401 to the token of ${identity.user.name}`
    if (!ownTokens.noteRefused(identity, credentials)) return new GatewayError('upstream_refused_gateway', detail)
    return new GatewayError('upstream_refused_person', detail, { 'WWW-Authenticate': LINK_OVER })
  }
  rereadToken?.()
  const advice = token === undefined ? 'it has none' : 'the one it has may have expired'
  return new GatewayError('upstream_refused_gateway', `${name} answered 401: set upstreams.${name}.token, ${advice}`)
}

/** @see RFC 6750 section 3.1 */
const LINK_OVER =
  'Bearer realm="skillgate", error="invalid_token", error_description="The link with the server behind is over."'

function bearer(token: string | undefined): string | undefined {
  return token === undefined ? undefined : `Bearer ${token}`
}
