import type { AccessKind, Allowed } from './access.ts'
import { type BearerAccess, bearer, decideToken } from './bearer.ts'
import { decideBySession, sessionHolds, signInAnswer } from './session.ts'

/** A client with an access token, or a browser in which somebody has signed in: both at one path. */
export interface BearerOrSessionAccess extends Omit<BearerAccess, 'kind'> {
  kind: 'bearer-or-session'
}

export const bearerOrSession: AccessKind<BearerOrSessionAccess> = {
  credentialHeaders: bearer.credentialHeaders,
  read: (route) => ({ ...bearer.read(route), kind: 'bearer-or-session' }),

  /** Programs have no cookie of ours, so whoever has a good one is in a browser, whatever `Authorization` says there. */
  async decide(access, exchange, site) {
    const signedIn = await decideBySession(exchange, site)
    if (signedIn) return signedIn
    const decided = await bearer.decide(asBearer(access), exchange, site)
    if (decided.kind === 'allow') return decided
    return signInAnswer(exchange, site) ?? decided
  },

  decideToken: (access, token, asked, site) => decideToken(asBearer(access), token, asked, site),

  stillHolds: (access, allowed: Allowed, asked, site) =>
    allowed.session === undefined
      ? bearer.stillHolds(asBearer(access), allowed, asked, site)
      : sessionHolds(allowed, site),
}

function asBearer(access: BearerOrSessionAccess): BearerAccess {
  return { ...access, kind: 'bearer' }
}
