import { alexaClient } from '../../../alexa/console/alexa-client.ts'
import type { Client, Config } from '../../../config/schema.ts'
import { linkAttempt } from '../../../oauth/link-attempt.ts'
import type { LinkAttempt } from '../../../telemetry/trace-links.ts'

/**
 * A `state` with all that gets lost where somebody puts strings together: quotes, percent signs, other alphabets, and more
 * than a thousand characters. Always the same, so that what a doctor opened can be told from attempts to link.
 */
export const HOSTILE_STATE = `skillgate-doctor "quoted" 'single' <b>&amp; %41 %zz +plus =a&b=c #x \\ /../ äöü 日本語 🎵 ${'0123456789abcdef'.repeat(64)}`

/** The client of Alexa, or else the first one that people are sent back to. */
export function linkedClient(config: Pick<Config, 'oauth'>): Client | undefined {
  return alexaClient(config) ?? config.oauth.clients.find(({ redirect_uris }) => redirect_uris.length > 0)
}

/** The query of an authorization request; with `silent`, one that is answered by going back at once. */
export function authorizationQuery({ id, redirect_uris, scopes }: Client, silent = false): string {
  return new URLSearchParams({
    response_type: 'code',
    client_id: id,
    redirect_uri: redirect_uris[0] ?? '',
    scope: scopes.join(' '),
    state: HOSTILE_STATE,
    ...(silent && { prompt: 'none' }),
  }).toString()
}

/** Leaves out the attempts, or their events, that were none: a doctor has opened the page. */
export function withoutDoctors<One extends Partial<Pick<LinkAttempt, 'attempt'>>>(
  attempts: One[],
  config: Pick<Config, 'oauth'>,
): One[] {
  const client = linkedClient(config)
  if (!client) return attempts
  const own = [false, true].map((silent) => linkAttempt(authorizationQuery(client, silent)))
  return attempts.filter(({ attempt }) => attempt === undefined || !own.includes(attempt))
}
