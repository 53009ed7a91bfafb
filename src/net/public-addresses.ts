import { Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'
import { addressKind } from './address-kind.ts'
import { DocumentProblem } from './document-problem.ts'
import { isInOwnNetwork } from './own-addresses.ts'

/** Milliseconds that a name server has the first time, of two. */
const DNS_TIMEOUT_MS = 700
const DNS_TRIES = 2
/** Milliseconds for all of a family: the other one, and then a server, have to be waited for too. */
const FAMILY_TIMEOUT_MS = 1500
/** Of each family: as many as are tried. */
const ADDRESSES_LIMIT = 2

/** All addresses of a name, of one family. @throws where no name server says anything. */
export type Resolve = (name: string, family: 4 | 6) => Promise<string[]>

/**
 * Asks name servers, and nobody's list of hosts: what isn't in the DNS is not public. And not by `dns.lookup`, each of which
 * takes one of the four threads that passwords and files need too, for as long as somebody's name server likes.
 */
export const resolveByNameServers: Resolve = resolveBy()

/** @param servers those of the system, if absent. */
export function resolveBy(servers?: readonly string[]): Resolve {
  return async (name, family) => {
    const resolver = new Resolver({ timeout: DNS_TIMEOUT_MS, tries: DNS_TRIES })
    if (servers) resolver.setServers(servers)
    const timer = setTimeout(() => resolver.cancel(), FAMILY_TIMEOUT_MS)
    try {
      return await (family === 4 ? resolver.resolve4(name) : resolver.resolve6(name))
    } finally {
      clearTimeout(timer)
    }
  }
}

/**
 * Where a public name leads, those of IPv4 first. One address that isn't public is enough to refuse the name: who means well
 * has none, and who wants to reach a machine in the house mixes one in.
 * @param own the addresses of this machine. @throws DocumentProblem
 */
export async function publicAddresses(name: string, resolve: Resolve, own: readonly string[] = []): Promise<string[]> {
  if (isIP(name) !== 0) throw new DocumentProblem('not public', `${name} is an address, and not a name`)
  // A name server that says nothing of one family, as those of some routers do, doesn't hide the other.
  const asked = await Promise.allSettled([resolve(name, 4), resolve(name, 6)])
  const found = asked.map((one) => (one.status === 'fulfilled' ? one.value : []))
  for (const address of found.flat()) {
    const kind = kindFor(address, own)
    if (kind !== 'public') throw new DocumentProblem('not public', `${name} leads to ${address}, which is ${kind}`)
  }
  const addresses = found.flatMap((ofFamily) => ofFamily.slice(0, ADDRESSES_LIMIT))
  if (addresses.length > 0) return addresses
  const why = asked.flatMap((one) => (one.status === 'rejected' ? [codeOf(one.reason)] : []))
  throw new DocumentProblem('no address', `${name} has no address (${why.join(', ') || 'no answer has one'})`)
}

function kindFor(address: string, own: readonly string[]): string {
  if (isIP(address) === 0) return 'no address'
  const kind = addressKind(address)
  return kind === 'public' && isInOwnNetwork(address, own) ? "in this machine's own network" : kind
}

function codeOf(error: { code?: string; message?: string }): string {
  // It is we who stopped waiting.
  return error.code === 'ECANCELLED' ? 'ETIMEOUT' : (error.code ?? error.message ?? 'unknown')
}
