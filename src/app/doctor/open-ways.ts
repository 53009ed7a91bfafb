import { Resolver } from 'node:dns/promises'
import { rootCertificates } from 'node:tls'
import type { Ways } from './examination.ts'

/** A name server that says nothing for so long, twice, is none. */
const DNS_TIMEOUT_MS = 3000

/** What a name server says when it knows that there is nothing. */
const NOTHING = ['ENODATA', 'ENOTFOUND']

/**
 * The ways out of this machine as they are.
 * @param connectTo where connections to the public URL go instead of where the DNS says.
 */
export function openWays(connectTo?: Ways['connectTo']): Ways {
  const resolver = new Resolver({ timeout: DNS_TIMEOUT_MS, tries: 2 })
  return { resolve: askResolver(resolver), connectTo, roots: rootCertificates }
}

/** Asks name servers alone: what this machine's own list of hosts says, nobody else knows. */
export function askResolver(resolver: Pick<Resolver, 'resolve4' | 'resolve6'>): Ways['resolve'] {
  return async (name, family) => {
    try {
      return await (family === 4 ? resolver.resolve4(name) : resolver.resolve6(name))
    } catch (error) {
      if (NOTHING.includes((error as NodeJS.ErrnoException).code ?? '')) return []
      throw error
    }
  }
}
