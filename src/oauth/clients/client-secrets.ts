import type { ClientSecretRecord } from '../../store/records.ts'

/** So many replaced secrets are remembered: for a gateway that has not been started again since, that is what it has. */
const EARLIER_SECRETS_LIMIT = 20

/** Later than everything. Milliseconds since 1970. */
export const FOR_EVER = Number.MAX_SAFE_INTEGER

/**
 * The hashes of the secrets of a client that are good now: the renewed one at once, and those before it for a while,
 * whichever of them the configuration has, or had when the gateway was started.
 */
export function goodHashes(
  renewed: ClientSecretRecord | undefined,
  configured: string | undefined,
  now: number,
): (string | undefined)[] {
  if (!renewed || !isOneOf(renewed, configured)) return [configured]
  return [renewed.hash, ...renewed.earlier.filter(({ until }) => now < until).map(({ hash }) => hash)]
}

/** Where the configuration has none of the secrets that are known, somebody has put another one there later. */
function isOneOf({ hash, earlier }: ClientSecretRecord, configured: string | undefined): boolean {
  return configured === hash || earlier.some((one) => one.hash === configured)
}

/** The row once there is a new secret. The one before goes on being good, and so do those that were promised to. */
export function withNewSecret(
  renewed: ClientSecretRecord | undefined,
  configured: string,
  hash: string,
): ClientSecretRecord {
  const counts = renewed !== undefined && isOneOf(renewed, configured)
  const known = renewed ? [{ hash: renewed.hash, until: 0 }, ...renewed.earlier] : []
  const before = counts ? renewed.earlier : known.map((one) => ({ ...one, until: 0 }))
  const last = { hash: counts ? renewed.hash : configured, until: FOR_EVER }
  return { revision: (renewed?.revision ?? 0) + 1, hash, earlier: [last, ...before].slice(0, EARLIER_SECRETS_LIMIT) }
}

/** The row once it is decided until when the earlier secrets are good at the most. */
export function withEarlierUntil(renewed: ClientSecretRecord, until: number): ClientSecretRecord {
  const earlier = renewed.earlier.map((one) => ({ ...one, until: Math.min(one.until, until) }))
  return { ...renewed, revision: renewed.revision + 1, earlier }
}
