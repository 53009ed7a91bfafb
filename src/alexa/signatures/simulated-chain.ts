import { isGoodAt, type KeyAt } from './chains.ts'
import { checkChain, type SigningKey } from './check-chain.ts'
import { refuse } from './refuse.ts'
import { trustedRoots } from './trusted-roots.ts'

/** Where a simulator claims to have its certificates. Nothing is fetched from there. */
export const SIMULATED_URL = 'https://s3.amazonaws.com/echo.api/skillgate-simulator.pem'

/** Milliseconds for which such a chain may be good at most: what is left switched on ends by itself. */
const LIFE_LIMIT_MS = 2 * 86_400_000

const LAST_BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\s*$/

/**
 * What a simulator signs with, whose last certificate is the root that it is believed by.
 * @param now milliseconds since 1970.
 * @throws GatewayError skill_request_refused where it is no good, or would be for too long.
 */
export function readSimulatedChain(pem: string, now: number): SigningKey {
  const root = LAST_BLOCK.exec(pem)?.[0] ?? refuse('chain-malformed', 'it ends with no certificate')
  const signing = checkChain(pem, trustedRoots([root]), now)
  if (signing.until - now > LIFE_LIMIT_MS)
    refuse('certificate-expired', 'it would be good for more than two days, and no simulator makes such a one')
  return signing
}

/** The keys of Amazon, and at an address of its own that of a simulator. */
export function withSimulator(keyAt: KeyAt, simulated: SigningKey, now: () => number): KeyAt {
  return function keyAtEither(url) {
    if (url.href !== SIMULATED_URL) return keyAt(url)
    if (!isGoodAt(simulated, now())) refuse('certificate-expired', 'the certificates of the simulator have ended')
    return simulated
  }
}
