import type { Identity } from '../../http/identity.ts'
import type { AllowCommand } from '../../music-assistant/command.ts'
import { meansDocument } from '../../oauth/clients/documents/means-document.ts'
import type { Site } from '../open-site.ts'
import { documentedScopes, registrableScopes } from '../site/load-registration.ts'

type SiteOfNow = Pick<Site, 'policies' | 'config' | 'authorizationServer' | 'sessions'>

/**
 * Judges the commands of an upstream by the configuration of now: a WebSocket outlives the one that it was opened under,
 * and what that one allowed more than this one ends with the next command.
 */
export function allowNow(current: () => SiteOfNow | undefined, upstream: string): AllowCommand {
  return function allow(command, caller) {
    const site = current()
    const policy = site?.policies.get(upstream)
    // Its WebSockets are about to be closed.
    if (!site || !policy) return { reason: 'not-permitted', sentence: 'This server is no longer behind this gateway.' }
    const { identity } = caller
    return policy.allow(command, { ...caller, identity: { ...identity, scopes: scopesNow(identity, site) } })
  }
}

/** What their client, or whoever is there in person, may still do. */
function scopesNow({ client, scopes }: Identity, { config, authorizationServer, sessions }: SiteOfNow): string[] {
  const known = client === undefined ? sessions : authorizationServer.clients.withRow(client, undefined)
  const allowed = known?.scopes ?? scopesOfUnconfigured(client ?? '', config)
  return scopes.filter((scope) => allowed.includes(scope))
}

/** The row of such a client isn't at hand; whether it is there is looked after elsewhere. */
function scopesOfUnconfigured(client: string, { oauth }: SiteOfNow['config']): string[] {
  return meansDocument(client) ? documentedScopes(oauth) : registrableScopes(oauth)
}
